"""What users agree to: agreement, privacy notice, platform rules, in versions; who agreed to which, and when."""
