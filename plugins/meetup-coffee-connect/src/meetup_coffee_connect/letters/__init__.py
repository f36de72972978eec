"""Papers to print besides the conclusion notice: the form for a difficulty, the letter of invitation."""
