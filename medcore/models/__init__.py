"""Networks: each builder returns a keras.Model that ends in logits."""
