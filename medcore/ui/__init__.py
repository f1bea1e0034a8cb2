"""What a person sees: navigation, controls, live panel, results."""
