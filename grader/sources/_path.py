"""What lies at a path, a folder, a zip or one file: as a listing, or as one hand-in whose bytes are read."""

from __future__ import annotations

from pathlib import Path

from grader.errors import StaffError
from grader.sources._archive import listing_of_zip
from grader.sources._disk import listing_of_file, listing_of_folder
from grader.sources._intake import Handed, Listing, gather, shown
from grader.types import Submission


def listing_at(path: Path) -> Listing:
    """The listing of a folder, a zip or one file.

    Raises:
        StaffError: nothing is there, or it cannot be read.
        StudentError: a zip that cannot be opened.
    """
    try:
        if path.is_dir():
            return listing_of_folder(path)
        if not path.is_file():
            what = "is neither a file nor a folder" if path.exists() else "does not exist"
            raise StaffError(f"{path} {what}; give the folder, zip or file that holds the submissions")
        if is_zip(path):
            return listing_of_zip(path, label=shown(path.stem))
        return listing_of_file(path)
    except OSError as error:
        raise StaffError(f"{path} cannot be read: {error.strerror or error}") from None


def is_zip(path: Path) -> bool:
    """Whether a path is called like a zip."""
    return path.suffix.lower() == ".zip"


def hand_in(path: Path) -> Submission:
    """All of a folder, a zip or one file as what one person hands in, under the usual limits.

    Raises:
        StaffError: nothing is there, or it cannot be read.
        StudentError: a zip that cannot be opened.
    """
    listing = listing_at(path)
    try:
        files = tuple((name, name) for name in listing.names)
        found = gather(listing, Handed(listing.label, listing.label, files))
    finally:
        listing.close()
    return found._replace(problems=(*listing.problems, *found.problems))
