"""DXF drawings."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.corpus.shapes import Build

__all__ = ["files"]


def files() -> Iterator[tuple[str, Build]]:
    """Yield name and builder of each."""
    yield from _dxf()


def _dxf() -> Iterator[tuple[str, Build]]:
    def drawing(blocks: str, entities: str) -> bytes:
        return (
            f"0\nSECTION\n2\nBLOCKS\n{blocks}0\nENDSEC\n0\nSECTION\n2\nENTITIES\n{entities}0\nENDSEC\n0\nEOF\n".encode()
        )

    def insert(name: str, columns: int = 1, rows: int = 1) -> str:
        return f"0\nINSERT\n2\n{name}\n10\n39445000\n20\n3053000\n70\n{columns}\n71\n{rows}\n44\n1\n45\n1\n"

    def block(name: str, inside: str) -> str:
        return f"0\nBLOCK\n2\n{name}\n10\n0\n20\n0\n{inside}0\nENDBLK\n"

    line = "0\nLINE\n10\n39445000\n20\n3053000\n11\n39445100\n21\n3053100\n"
    nest = block("b0", line) + "".join(block(f"b{at}", insert(f"b{at - 1}") * 10) for at in range(1, 12))
    yield "blocks_in_blocks.dxf", lambda: drawing(nest, insert("b11"))
    yield "block_in_itself.dxf", lambda: drawing(block("b", insert("b")), insert("b"))
    yield "copies.dxf", lambda: drawing(block("b", line), insert("b", 32_000, 32_000))
    yield "nul.dxf", lambda: drawing("", line).replace(b"LINE", b"LI\0E" * 100)
    yield "no_end.dxf", lambda: drawing("", line * 50)[:-10]
    yield "circles.dxf", lambda: drawing("", "0\nCIRCLE\n10\n39445000\n20\n3053000\n40\n1e300\n" * 5000)
    yield (
        "spline.dxf",
        lambda: drawing("", "0\nSPLINE\n70\n8\n71\n30000\n72\n60000\n73\n30000\n" + "10\n1\n20\n1\n" * 30_000),
    )
    yield "hatch.dxf", lambda: drawing("", "0\nHATCH\n91\n2147483647\n92\n1\n93\n2147483647\n72\n1\n10\n1\n20\n1\n")
    yield "long_code.dxf", lambda: drawing("", "9" * 500_000 + "\nLINE\n")
