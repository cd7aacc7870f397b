"""Telling people: an inbox of their own, and SMS, mail and group robots behind one port."""
