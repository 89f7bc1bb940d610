"""Where bytes come from: feeds over HTTP, archives on disk. What the bytes mean is for monitor.parse."""
