"""What to look for on each surface: two sentences."""

LOOK_FOR: dict[str, str] = {
    "bowl": (
        "Gradient descent is stable only while its learning rate is below 2 / L, and here the largest curvature L "
        "is the condition number: turn the condition number past 2 / learning rate and it diverges. Just below, "
        "it zigzags across the steep direction and creeps along the flat one, where momentum gathers speed and "
        "overshoots in damped oscillations."
    ),
    "rosenbrock": (
        "Every optimizer soon falls into the curved valley; the way along its nearly flat floor to the star at "
        "(1, 1) is the hard part. Plain descent must keep its rate small enough for the steep walls and hardly "
        "moves on the floor, while momentum and Adam build up speed along it."
    ),
    "beale": (
        "Around (0, 1) the surface is almost flat, while at the corners its slope runs to tens of thousands: no "
        "one learning rate of plain descent suits both. Optimizers that divide by the size of their own gradients "
        "step about as far everywhere: set the start near a corner, and descent and momentum diverge at once "
        "while Adam walks down."
    ),
    "himmelblau": (
        "All four minima are equally deep, and which of them an optimizer reaches depends on the start and on how "
        "far it overshoots. Drag the start about: momentum can roll past the minimum that plain descent settles "
        "in."
    ),
    "saddle": (
        "On the line y = 0 nothing pulls towards either minimum: set y of the start to 0 and every optimizer ends "
        "at the saddle point, where the gradient is zero. A small offset or some gradient noise frees them, and "
        "those that divide by the size of the gradient leave much sooner, because they step in y about as far as "
        "in x."
    ),
    "rastrigin": (
        "Each dent is a local minimum, and a small learning rate ends in the nearest one, whatever the rule. "
        "Larger rates, momentum and noise jump over the ridges, though none of them knows that the star at (0, 0) "
        "is the deepest."
    ),
    "noisy": (
        "With noise, a constant learning rate never settles: the path wanders around the minimum, the wider the "
        "larger the rate and the noise. SGD on one image sees four times the noise of a mini-batch here and "
        "gradient descent none; Adagrad calms down by itself, because its steps only shrink."
    ),
}
