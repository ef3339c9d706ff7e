"""Where the words of a figure lie on the paper, for the tests of figures."""

HEADS = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF"}
"""How a file of each format begins."""


def labels_are_apart(figure):
    """Every word of a figure; no label covers another, and all lie on the paper."""
    wide, tall = figure.get_size_inches() * figure.dpi
    boxes = text_boxes(figure)
    assert boxes
    for k, (words, box) in enumerate(boxes):
        assert box.x0 >= -0.5, words
        assert box.x1 <= wide + 0.5, words
        assert box.y0 >= -0.5, words
        assert box.y1 <= tall + 0.5, words
        for others, other in boxes[:k]:
            assert not box.overlaps(other), f"{words!r} covers {others!r}"
    return [words for words, _ in boxes]


def text_boxes(figure):
    """Every visible text of a figure with its bounding box in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer, hidden = canvas.get_renderer(), hidden_labels(figure)
    found = figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_visible() and artist.get_text().strip())
    return [(text.get_text(), text.get_window_extent(renderer)) for text in found if id(text) not in hidden]


def hidden_labels(figure):
    """Labels of ticks that lie beyond the limits: matplotlib keeps them but does not draw them."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            unseen = not axes.axison
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            hidden |= {id(tick.label1) for tick in ticks if unseen or not low <= tick.get_loc() <= high}
    return hidden
