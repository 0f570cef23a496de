"""Where shared tasks live: the scorer for EvalAI, Codabench and Hugging Face."""
