"""Models behind the ports: who serves them, how they are asked, and how their answers are kept."""
