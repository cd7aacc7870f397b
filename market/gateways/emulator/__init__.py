"""An Alipay gateway that runs on your own machine: stateful, deterministic, with a cashier page, a clock and faults.

It stands alone: Flask, cryptography, segno and the standard library, nothing else of this project. `README.md` here is
the guide. The door is `emulator.Emulator` (all state of one gateway) and `app.create_emulator_app` (its WSGI face).
"""
