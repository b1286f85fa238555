"""The partner process over WSGI."""

from heedline.config.wsgi import build

application = build("partner")
