"""Networks that have read reviews before, and how others start from one."""

from skrnn.pretrained.files import load_pretrained

__all__ = ["load_pretrained"]
