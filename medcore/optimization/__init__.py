"""The mathematics of optimization in NumPy: update rules, surfaces to descend, schedules, gradients of losses."""
