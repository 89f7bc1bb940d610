"""One module a step, named after its revision; steps that have been released are never edited."""
