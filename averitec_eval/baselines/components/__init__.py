"""Components of systems, one module for each stage; ``base`` says what a component is."""
