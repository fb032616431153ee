"""High-risk profiles: rules over what is known of a customer and its use, kept as versioned data.

Implements the profiles that a government defines and providers report on (Conditional AI Safety Treaty, section 1.4.4;
Egan and Heim 2023, government and industry defining high-risk profiles together). Start at `starter.yaml`, then
`facts.py` (the vocabulary), `load.py` and `profile.py`.
"""
