"""The execution plan: steps, expressions, codec, evaluation."""
