"""What is really seen: the contrast of texts by the pixels of a picture, whatever a browser made of the colours."""

from base64 import b64encode
from typing import Any

# Pixels; pictures much higher than this are more than a canvas takes.
_STRIP = 3_000

_TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    if (!text) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const r of range.getClientRects())
      if (r.width > 3 && r.height > 3) found.push({x: r.x, y: r.y + scrollY, width: r.width, height: r.height, text});
  }
  return found;
}"""

_CONTRASTS = """async ({picture, rectangles, scale}) => {
  const image = new Image();
  await new Promise((done, failed) => { image.onload = done; image.onerror = failed; image.src = picture; });
  const canvas = new OffscreenCanvas(image.width, image.height), context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const linear = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  return rectangles.map(r => {
    const pixels = context.getImageData(r.x * scale, r.y * scale, r.width * scale, r.height * scale).data;
    let low = 1, high = 0;
    for (let i = 0; i < pixels.length; i += 4) {
      const light = .2126 * linear(pixels[i]) + .7152 * linear(pixels[i + 1]) + .0722 * linear(pixels[i + 2]);
      low = Math.min(low, light); high = Math.max(high, light);
    }
    return (high + .05) / (low + .05);
  });
}"""


def lowest_contrast(page: Any, scale: float) -> tuple[float, str, int]:
    """Of all texts that are seen, the lowest contrast between the lightest and the darkest pixel around one (as WCAG
    counts it), the text, and how many there are. `scale` is that of the page.
    """
    texts = page.evaluate(_TEXTS)
    width, height = page.viewport_size["width"], page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": height})
    lowest, words = 99.0, ""
    for top in range(0, height, _STRIP):
        # A text belongs to the strip in which it begins; the strip reaches a little further.
        within = [text for text in texts if top <= text["y"] < top + _STRIP]
        clip = {"x": 0, "y": top, "width": width, "height": min(_STRIP + 100, height - top)}
        picture = "data:image/png;base64," + b64encode(page.screenshot(clip=clip)).decode()
        rectangles = [{**text, "y": text["y"] - top} for text in within]
        ratios = page.evaluate(_CONTRASTS, {"picture": picture, "rectangles": rectangles, "scale": scale})
        for text, ratio in zip(within, ratios, strict=True):
            if ratio < lowest:
                lowest, words = ratio, text["text"]
    return lowest, words, len(texts)
