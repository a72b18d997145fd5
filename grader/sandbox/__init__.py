"""Student code is run here, behind walls; only plain values come out."""
