"""The channels: how a frozen message leaves the service. Each module is one channel; none decides who gets what."""
