"""What holds for all tests: properties are judged by what they find, never by how long an example takes."""

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
