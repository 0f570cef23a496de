"""How fast a judge is asked, and what memory that takes: ``python -m benchmarks.judge``.

A server in a process of its own answers chats as OpenAI-compatible ones do, each after a set time, and does next to
nothing else. Each measurement is a process of its own too, ``python -m benchmarks.judge work ADDRESS ...``, that puts
together real prompts of made evidence, asks for two judgements a claim and keeps each reply. Beside it the client
library sends as many requests and does nothing else, so that a busy machine is told from slow work. Needs no data.
Prints Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import run

if TYPE_CHECKING:
    from averitec_eval.judge.records import Ask

DELAY = 0.2
CONCURRENCY = 32
IDEAL = CONCURRENCY / DELAY
LEAST = 0.8
"""The share of what the server could answer that must be reached."""

GROWTH = (5_000, 50_000)


def serve(delay: float) -> None:
    """Answer every request in the same words after ``delay`` seconds, until the process is ended."""
    text = json.dumps({"facts in predicted evidence": "A fact. " * 150, "support reference evidence": 1})
    answer = json.dumps(
        {
            "object": "chat.completion",
            "model": "served",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": 1500, "completion_tokens": 400},
        }
    ).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n".encode()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(request.split(b"content-length:")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                await asyncio.sleep(delay)
                writer.write(head + answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def listen() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 20)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(listen())


@contextmanager
def serving(delay: float) -> Iterator[str]:
    """A server's address, while the block lasts."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.judge", "serve", str(delay)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.terminate()
        process.wait()


def made_asks(count: int) -> Iterator[Ask]:
    """So many questions about made claims, ten pairs each, by the shipped prompts."""
    from averitec_eval.judge.prompting import JudgePrompts, to_ask
    from averitec_eval.judge.run import ev2r_rules
    from averitec_eval.records import Answer, GoldClaim, Prediction, QAPair, Question

    prompts, rules = JudgePrompts.load(), ev2r_rules("fever8-2025")
    pairs = [
        (f"What did report {n} say of it?", "It was found in none of the places looked at. " * 4) for n in range(10)
    ]
    predicted = tuple(QAPair(*pair).as_question() for pair in pairs)
    gold = tuple(Question(question, (Answer(answer),)) for question, answer in pairs[:3])
    for claim_id in range((count + 1) // 2):
        claim = GoldClaim(claim_id, f"Claim number {claim_id} of those that were made.", "Refuted", gold)
        asks = to_ask(Prediction(claim_id, "Refuted", predicted), claim, rules, prompts)
        yield from filter(None, asks.values())


def bare(address: str, count: int, concurrency: int) -> None:
    """Send as many requests by the client library alone, keep nothing, and print what it took as JSON."""
    import openai

    ask = next(made_asks(1))
    messages = [{"role": message.role, "content": message.content} for message in ask.messages]
    numbers = iter(range(count))

    async def worker(client: openai.AsyncOpenAI) -> None:
        for _ in numbers:
            await client.chat.completions.with_raw_response.create(model="served", messages=messages)  # type: ignore[arg-type]

    async def send() -> None:
        async with openai.AsyncOpenAI(api_key="none", base_url=address, max_retries=0) as client:
            await asyncio.gather(*(worker(client) for _ in range(concurrency)))

    wall, cpu = time.perf_counter(), time.process_time()
    asyncio.run(send())
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))


def work(address: str, count: int, concurrency: int) -> None:
    """Ask ``count`` questions and print what it took as JSON."""
    import openai  # noqa: F401 - what is loaded once is not what is measured

    from averitec_eval.judge.asking import Asking, ask
    from averitec_eval.judge.client import ServedJudge
    from averitec_eval.judge.prompting import JudgePrompts
    from averitec_eval.judge.replies import Replies
    from averitec_eval.judge.run import judge_identity

    identity = judge_identity("served", JudgePrompts.load())
    with tempfile.TemporaryDirectory() as folder, Replies(Path(folder) / "replies.sqlite") as replies:
        judge = ServedJudge("served", address, identity.parameters)
        wall, cpu = time.perf_counter(), time.process_time()
        asked = ask(made_asks(count), identity, judge, replies, Asking(concurrency=concurrency))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    if asked.answered != count or asked.requests != count:
        sys.exit(f"asked {asked.requests}, answered {asked.answered}, expected {count}")
    print(json.dumps({"wall": wall, "cpu": cpu, "size": size}))


def measured(what: str, address: str, count: int) -> tuple[dict[str, float], float]:
    """What ``work`` or ``bare`` prints, and the peak memory of its process in MB."""
    arguments = [what, address, str(count), str(CONCURRENCY)]
    cost = run([sys.executable, "-m", "benchmarks.judge", *arguments])
    return json.loads(cost.stdout), cost.memory


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4_000, help="judgements of the first table")
    parser.add_argument("--growth", type=int, nargs="*", default=GROWTH, help="judgements of the second table")
    args = parser.parse_args()
    head = f"{args.count:,} judgements, {DELAY * 1000:g} ms a reply, {CONCURRENCY} at once"
    print(f"| {head} | Asked and kept | Library alone |")
    print("| --- | ---: | ---: |")
    with serving(DELAY) as address:
        (ours, _), (alone, _) = (measured(what, address, args.count) for what in ("work", "bare"))
    rates = [args.count / found["wall"] for found in (ours, alone)]
    print(f"| replies a second | {rates[0]:.0f} | {rates[1]:.0f} |")
    shares = " | ".join(f"{rate / IDEAL:.0%}" for rate in rates)
    print(f"| of the {IDEAL:g} that the server can give (at least {LEAST:.0%}) | {shares} |")
    costs = " | ".join(f"{found['cpu'] / args.count * 1000:.1f}" for found in (ours, alone))
    print(f"| CPU ms a judgement | {costs} |")
    if not args.growth:
        return
    print("\n| Judgements, no wait | Replies a second | CPU ms a judgement | Peak MB | Replies on disk, MB |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    with serving(0.0) as address:
        for count in args.growth:
            found, memory = measured("work", address, count)
            each = found["cpu"] / count * 1000
            print(
                f"| {count:,} | {count / found['wall']:.0f} | {each:.1f} | {memory:.0f} | {found['size'] / 1e6:.0f} |"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(float(sys.argv[2]))
    elif sys.argv[1:2] in (["work"], ["bare"]):
        {"work": work, "bare": bare}[sys.argv[1]](sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
