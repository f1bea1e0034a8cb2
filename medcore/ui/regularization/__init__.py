"""What the regularization lab shows: knobs, lambda, few and bad labels."""
