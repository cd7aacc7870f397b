"""`python -m market.gateways.emulator serve --port 8077 --keys DIR`"""

from market.gateways.emulator.cli import emulator_cli

emulator_cli()
