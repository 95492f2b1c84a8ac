"""Draft."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from annotate.corpus.lines import Page

K = 24
CLASSES = b"aAohu0.?dq,:\"'()#- \n"
_ID = np.full(256, 17, dtype=np.int64)
for _n, _c in enumerate(CLASSES):
    _ID[_c] = _n
a, A, o, h, u, DIG, DOT, ASK, FD, FQ, COM, COL, QUO, APO, OPN, CLO, SEP, ELS, SPC, NL = range(20)
_ID[ord("\n")] = SPC
_LET = np.zeros(24, dtype=bool)
_LET[[a, A, o, h, u]] = True
# pairs
PAIRS: dict[tuple[int, int], int] = {}
_T = np.zeros(K * K, dtype=np.int64)
P_CAPS, P_SMALL, P_END, P_ENDQ, P_SEP, P_NUM, P_COMMA, P_COLON, P_DOTS, P_URL = range(1, 11)
for _x in (SPC, QUO, APO, OPN):
    _T[_x * K + A] = P_CAPS
    _T[_x * K + a] = P_SMALL
for _x in (DOT, ASK):
    _T[_x * K + SPC] = P_END
    for _y in (QUO, APO, CLO):
        _T[_x * K + _y] = P_ENDQ
for _x in range(20):
    _T[FD * K + _x] = P_END
    _T[FQ * K + _x] = P_END
_T[SPC * K + SEP] = P_SEP
_T[SPC * K + DIG] = P_NUM
_T[COM * K + SPC] = P_COMMA
_T[COL * K + SPC] = P_COLON
_T[DOT * K + DOT] = P_DOTS
_T[COL * K + ELS] = P_URL
_T[DOT * K + a] = P_URL
_T[ELS * K + a] = P_URL
NP = 12

_WEB = frozenset(
    (
        *("newsl", "cooki", "teleg", "whats", "faceb", "twitt", "insta", "youtu", "podca", "javas"),
        *("rss", "brows", "navig", "subsc", "abonn", "suscr", "iscri", "abbon", "prenu", "subsk"),
        *("assin", "copyr", "ctrl", "login", "email", "рассы", "телег", "вконт", "брауз", "куки"),
        *("click", "advert", "sign", "inbox", "follo", "comme", "corre", "login", "regis", "accou"),
        *("privac", "right", "reser", "licen", "repor", "wrot", "publi", "edito", "recht", "vorbe"),
        *("derec", "reser", "droit", "réser", "права", "защищ", "подпи", "комме", "komme", "werbu"),
        *("publi", "anzei", "rekla", "рекла", "klick", "cliqu", "clic", "нажми", "читай", "leia"),
    )
)
_READER = (
    "you your yours yourself vous votre vos ihre ihren ihnen ihrem ihrer dein deine deinen usted "
    "ustedes tus voi vostro vostra tuo tua você вы вас вам ваш ваша ваше ваши вашу вашей ви twój "
    "twoje ciebie jij jouw uw din dina ditt dig senin sizin siz our us we nous notre nos unser "
    "unsere wir nuestro nuestra nosotros мы наш наша наши нас nasz nasza nossa nosso nostro nostra"
).split()
_MULT = np.array([1, 31, 31**2, 31**3, 31**4], dtype=np.int64) 
SIZE = 1 << 13


@cache
def _lower() -> Any:
    table = np.zeros(0x110000, dtype=np.int64)
    return table


def lowered(codes):
    table = _lower()
    low = table[codes]
    if not low.all():
        for code in np.unique(codes[low == 0]).tolist():
            lo = chr(code).lower()
            table[code] = ord(lo[0]) if lo else code
            if table[code] == 0:
                table[code] = 1
        low = table[codes]
    return low


def _hash(word: str, exact=False) -> int:
    codes = [ord(c) for c in word.lower()[:5]]
    val = 0
    for k, c in enumerate(codes):
        val += c * 31**k
    return (val * 2654435761 >> 7) % (1 << 20)


_WEBH = np.zeros(1 << 20, dtype=bool)
_WEBH[[_hash(w) for w in _WEB]] = True
_READH = np.zeros(1 << 20, dtype=bool)
_READH[[_hash(w) for w in _READER if len(w) <= 5]] = True
_READH[[_hash(w) for w in _READER if len(w) > 5]] = True


class Raw:
    pass


def raw(page: Page) -> Raw:
    r = Raw()
    text = page.text
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    cls = _ID[np.frombuffer(page.shape, dtype=np.uint8)]
    spans = np.array(page.spans, dtype=np.int64).reshape(-1, 2)
    n = len(spans)
    starts, ends = spans[:, 0], spans[:, 1]
    line = np.repeat(np.arange(n), np.diff(np.append(starts, len(text))))
    first = starts[0] if n else 0
    c = cls[first:]
    counts = np.bincount(line * K + c, minlength=n * K).reshape(n, K)
    pid = _T[c[:-1] * K + c[1:]]
    pairs = np.bincount(line[:-1] * NP + pid, minlength=n * NP).reshape(n, NP)
    let = _LET[c]
    prev = np.concatenate(([False], let[:-1]))
    ws = np.flatnonzero(let & ~prev)
    we = np.flatnonzero(np.concatenate((~let[1:] & let[:-1], let[-1:]))) + 1
    wl = we - ws
    # spaceless scripts: every letter of class u/h is a pair
    low = lowered(codes[first:]) * let
    pad = np.concatenate((low, np.zeros(5, dtype=np.int64)))
    if counts[:, [h, u]].any():
        uh = (c == u) | (c == h)
        extra = np.flatnonzero(uh[:-1] & uh[1:])
        val = pad[extra] + pad[extra + 1] * 31
        keepw = ~uh[ws]
        wstart = np.concatenate((ws[keepw], extra))
        hv = np.concatenate((_word_hash(pad, ws[keepw], wl[keepw]), val))
        wlen = np.concatenate((wl[keepw], np.full(len(extra), 5)))
    else:
        wstart, wlen = ws, wl
        hv = _word_hash(pad, ws, wl)
    hv = (hv * 2654435761 >> 7) % (1 << 20)
    r.n, r.counts, r.pairs = n, counts, pairs
    r.wline = line[wstart]
    r.wlen = wlen
    r.wcap = c[wstart] == A
    r.hash = hv
    r.starts, r.ends, r.cls, r.codes = starts, ends, cls, codes
    r.page = page
    r.total = len(text)
    return r


def _word_hash(pad, ws, wl):
    val = pad[ws].copy()
    for k in range(1, 5):
        val += pad[ws + k] * (wl > k) * 31**k
    return val


NAMES: list[str] = []


def local(r: Raw):
    n, C, Pp = r.n, r.counts.astype(float), r.pairs
    page = r.page
    cols: dict[str, Any] = {}
    chars = (r.ends - r.starts).astype(float)
    words = np.maximum(C[:, SPC] - (page_gap(r)), 0) + 1 + C[:, u] // 2
    r.words = words
    cols["logw"] = np.log1p(words)
    for lim in (2, 4, 7, 11, 16, 24, 40, 80):
        cols[f"w>{lim}"] = words > lim
    letters = C[:, [a, A, o, h, u]].sum(1)
    first = np.minimum(r.cls[r.starts], 19)
    e = r.ends - 1
    last = r.cls[e]
    for _ in range(2):
        closer = (last == QUO) | (last == APO) | (last == CLO)
        e = np.maximum(e - closer, 0)
        last = r.cls[e]
    final = np.isin(last, (DOT, ASK, FD, FQ))
    dots = (r.codes[e] == 0x2026) | ((last == DOT) & (r.cls[np.maximum(e - 1, 0)] == DOT))
    caps = Pp[:, P_CAPS] + (first == A)
    small = Pp[:, P_SMALL] + (first == a)
    ends_inner = Pp[:, P_END] + Pp[:, P_ENDQ]
    cased = np.maximum(caps + small, 1)
    capshare = caps / cased
    cols["final"] = final & ~dots
    cols["dots"] = dots
    cols["asks"] = (last == ASK) | (last == FQ)
    cols["colon"] = last == COL
    cols["comma_end"] = last == COM
    cols["end_letter"] = last <= u
    cols["end_digit"] = last == DIG
    rawlast = r.cls[r.ends - 1]
    cols["end_quote"] = rawlast == QUO
    cols["end_paren"] = rawlast == CLO
    cols["f_small"] = first == a
    cols["f_cap"] = (first == A)
    cols["f_caseless"] = (first >= o) & (first <= u)
    cols["f_digit"] = first == DIG
    cols["f_quote"] = (first == QUO)
    cols["f_paren"] = first == OPN
    cols["f_else"] = first == ELS
    cols["f_sep"] = first == SEP
    cols["final*logw"] = cols["final"] * np.minimum(np.log1p(words), 4)
    cols["open*logw"] = ~final * np.minimum(np.log1p(words), 4)
    cols["final&w>7"] = cols["final"] & (words > 7)
    cols["final&w>16"] = cols["final"] & (words > 16)
    cols["final&w<=5"] = cols["final"] & (words <= 5)
    cols["capshare"] = capshare
    cols["capshare>.7"] = (capshare > 0.7) & (words > 1)
    cols["capshare*open"] = capshare * ~final
    cols["allcaps"] = (C[:, A] > 2 * C[:, a]) & (C[:, A] > 3)
    cols["ends"] = np.minimum(ends_inner, 6) / 3
    cols["ends>0"] = ends_inner > 0
    cols["ends>1"] = ends_inner > 1
    cols["digits"] = C[:, DIG] / np.maximum(chars, 1)
    cols["digits>.3"] = C[:, DIG] * 2 > letters
    cols["nodigit"] = C[:, DIG] == 0
    cols["commas"] = Pp[:, P_COMMA] / words
    cols["comma>0"] = C[:, COM] > 0
    cols["quotes"] = np.minimum(C[:, QUO], 4) / 2
    cols["quoted"] = C[:, QUO] > 0
    cols["parens"] = C[:, OPN] > 0
    cols["colons"] = np.minimum(C[:, COL], 3)
    cols["seps"] = np.minimum(Pp[:, P_SEP] + C[:, SEP], 6) / 3
    cols["sep"] = C[:, SEP] > 0
    cols["else"] = np.minimum(C[:, ELS], 6) / 3
    cols["url"] = np.minimum(Pp[:, P_URL], 3)
    W = np.bincount(r.wline, minlength=n).astype(float)
    nw = np.maximum(W, 1)
    shortw = np.bincount(r.wline, weights=(r.wlen <= 3) & ~r.wcap, minlength=n)
    cols["short"] = shortw / nw
    cols["short>0"] = shortw > 0
    cols["short>2"] = shortw > 2
    cols["wlen"] = np.bincount(r.wline, weights=r.wlen, minlength=n) / nw / 8
    cols["nocase"] = C[:, o] + C[:, u] + C[:, h] > letters / 2
    web = np.bincount(r.wline, weights=_WEBH[r.hash], minlength=n)
    read = np.bincount(r.wline, weights=_READH[r.hash], minlength=n)
    cols["web"] = np.minimum(web, 3)
    cols["web/w"] = web / nw
    cols["reader"] = np.minimum(read, 3)
    cols["reader/w"] = read / nw
    cols["reader&noquote"] = (read > 0) & (C[:, QUO] == 0)
    # specials
    sp = np.flatnonzero(r.cls == ELS)
    spl = np.searchsorted(r.starts, sp, "right") - 1
    sc = r.codes[sp]
    for name, codes in (("at", (0x40,)), ("own", (0xA9, 0xAE, 0x2122)), ("slash", (0x2F,)), ("dash", (0x2013, 0x2014)), ("bul", (0x2D, 0x2A, 0x25AA, 0x25CF))):
        cols[name] = np.bincount(np.maximum(spl, 0), weights=np.isin(sc, codes), minlength=n) > 0
    cols["credit"] = np.array([k == "credit" for k in page.kinds], dtype=bool)
    copies = np.array([page.repeated[k] for k in page.keys])
    cols["copies"] = copies > 1
    cols["copies&short"] = (copies > 1) & (words < 5)
    # layout
    gap = np.concatenate(([9], r.starts[1:] - r.ends[:-1], [9]))
    tight = gap == 1
    wide = gap > 2
    tb, ta = tight[:-1], tight[1:]
    ft = tight.mean()
    cols["tight_before"] = tb * (1 - ft)
    cols["tight_after"] = ta * (1 - ft)
    cols["apart_before"] = ~tb * ft
    cols["apart_after"] = ~ta * ft
    cols["wide_before"] = wide[:-1] * (1 - wide.mean())
    cols["wide_after"] = wide[1:] * (1 - wide.mean())
    cols["joined"] = np.array([len(g) > 1 for g in page.groups], dtype=bool)
    q = np.minimum(words, 50) * (cols["final"] & (words > 5) & (capshare < 0.7)) + np.minimum(words, 50) * (ends_inner > 1) * ~final
    q *= ~cols["credit"]
    r.q = q
    r.final = final
    r.chars = chars
    X = np.stack([np.asarray(v, dtype=float) for v in cols.values()], axis=1)
    return X, list(cols)


def page_gap(r):
    # newlines between lines count as spaces of the line before
    return np.append(r.starts[1:], r.total) - r.ends


def shifted(X, k):
    out = np.zeros_like(X)
    if k > 0:
        out[k:] = X[:-k]
    else:
        out[:k] = X[-k:]
    return out


def windows(v, sizes, both=False):
    n = len(v)
    cs = np.concatenate(([0.0], np.cumsum(v)))
    i = np.arange(n)
    out = []
    for s in sizes:
        lo, hi = np.maximum(i - s, 0), np.minimum(i + 1 + s, n)
        out.append((cs[i] - cs[lo]))
        out.append((cs[hi] - cs[i + 1]))
    return out


def context(r: Raw, X, names):
    n = r.n
    near = [names.index(x) for x in ("logw", "final", "final&w>7", "asks", "colon", "capshare", "credit", "f_small", "f_digit", "digits>.3", "short", "sep", "quoted", "ends>1", "web", "w>4", "w>16", "dots", "copies")]
    parts, cn = [X], list(names)
    for k in (1, -1, 2, -2):
        parts.append(shifted(X[:, near], k))
        cn += [f"{names[j]}@{-k}" for j in near]
    extra: dict[str, Any] = {}
    i = np.arange(n)
    q = r.q
    for s, (b, f) in zip((2, 4, 10), zip(*[iter(windows(q, (2, 4, 10)))] * 2)):
        extra[f"q-{s}"] = np.log1p(b)
        extra[f"q+{s}"] = np.log1p(f)
    noise = (q == 0) & (r.words < 8)
    for s, (b, f) in zip((4, 10), zip(*[iter(windows(noise.astype(float), (4, 10)))] * 2)):
        extra[f"n-{s}"] = b / s
        extra[f"n+{s}"] = f / s
    total = max(q.sum(), 1.0)
    cs = np.cumsum(q)
    extra["qbefore"] = cs / total - q / total
    extra["qafter"] = 1 - cs / total
    extra["qb0"] = (cs - q) == 0
    extra["qa0"] = (total - cs) <= 0
    extra["q/total"] = q / total
    extra["pos"] = i / n
    extra["posc"] = r.starts / r.total
    extra["endc"] = (r.total - r.ends) / r.total
    extra["logn"] = np.full(n, math.log1p(n) / 5)
    extra["qdens"] = np.full(n, (q > 0).mean())
    extra["broken"] = np.full(n, float(r.page.broken))
    # length against the typical sentence of the page
    typ = np.median(r.words[q > 0]) if (q > 0).any() else 10
    extra["reltyp"] = np.clip(np.log(r.words / typ), -2, 2) * (q > 0)
    # blocks of sentence lines with at most one other between
    blk, size = blocks(q)
    extra["blk"] = np.log1p(size[blk])
    extra["blkshare"] = size[blk] / total
    extra["blkmax"] = size[blk] == size.max() if n else size[blk]
    for name, v in extra.items():
        parts.append(np.asarray(v, dtype=float)[:, None])
        cn.append(name)
    return np.concatenate(parts, axis=1), cn


def blocks(q):
    """Group lines into runs: a run goes on over one line without q."""
    on = q > 0
    pos = np.flatnonzero(on)
    n = len(q)
    if not len(pos):
        return np.zeros(n, dtype=int), np.zeros(1)
    new = np.concatenate(([True], np.diff(pos) > 2))
    b = np.cumsum(new) - 1
    size = np.bincount(b, weights=q[pos])
    # every line: the block of the nearest q line before or after within 1, else none (extra slot)
    blk = np.full(n, size.size)
    blk[pos] = b
    size = np.append(size, 0.0)
    inner = np.flatnonzero(~on[1:-1] & on[:-2] & on[2:]) + 1
    blk[inner] = blk[inner - 1]
    return blk, size


def topic(r: Raw, p):
    """Features of the second stage, given the probability of every line."""
    n = r.n
    use = (r.wlen > 4) | ((r.wlen > 3) & r.wcap)
    if (r.counts[:, o].sum() > r.counts[:, a].sum()):
        use = r.wlen > 2
    wl, hv = r.wline[use], r.hash[use] & (SIZE - 1)
    key = np.unique(wl * SIZE + hv)
    wl, hv = key // SIZE, key % SIZE
    wt = np.minimum(r.words, 30.0)
    body = np.bincount(hv, weights=p[wl], minlength=SIZE)
    noise = np.bincount(hv, weights=(1 - p)[wl] , minlength=SIZE)
    pb, pn = body[hv] - p[wl], noise[hv] - (1 - p[wl])
    m = np.maximum(np.bincount(wl, minlength=n), 1)
    B, N = p.sum(), (1 - p).sum()
    lo = np.log((pb + 0.3) / (pn + 0.3 + 0.02 * n))
    known = pb > 0.4
    extra = {
        "t_lo": np.bincount(wl, weights=lo, minlength=n) / m,
        "t_known": np.bincount(wl, weights=known, minlength=n) / m,
        "t_knownc": np.minimum(np.bincount(wl, weights=known, minlength=n), 8) / 4,
        "t_none": (np.bincount(wl, weights=known, minlength=n) == 0) & (m > 3),
        "t_noise": np.bincount(wl, weights=(pn > 0.6) & ~known, minlength=n) / m,
        "t_m": np.log(m),
    }
    ntk = extra["t_known"]
    base = (ntk * p * m).sum() / max((p * m).sum(), 1e-6)
    extra["t_rel"] = ntk - base
    extra["t_rel*m"] = (ntk - base) * np.minimum(m, 12) / 6
    extra["t_base"] = np.full(n, base)
    w = p * r.words
    total = max(w.sum(), 1e-6)
    cs = np.cumsum(w)
    extra["p"] = p
    extra["logit"] = np.clip(np.log((p + 1e-4) / (1 - p + 1e-4)), -6, 6)
    extra["before"] = (cs - w) / total
    extra["after"] = 1 - cs / total
    extra["b<.02"] = extra["before"] < 0.02
    extra["a<.02"] = extra["after"] < 0.02
    for s, (b, f) in zip((1, 2, 4, 10), zip(*[iter(windows(p, (1, 2, 4, 10)))] * 2)):
        extra[f"p-{s}"] = b / s
        extra[f"p+{s}"] = f / s
        extra[f"pmin{s}"] = np.minimum(b, f) / s
    for s, (b, f) in zip((3, 10), zip(*[iter(windows(w, (3, 10)))] * 2)):
        extra[f"wp-{s}"] = np.log1p(b)
        extra[f"wp+{s}"] = np.log1p(f)
    blk, size = blocks(np.where(p > 0.5, r.words, 0))
    extra["pblk"] = np.log1p(size[blk])
    extra["pblkshare"] = size[blk] / total
    extra["pblkmax"] = size[blk] >= size.max()
    # topic of neighbours, smoothed
    tl = extra["t_rel"] * p
    for s, (b, f) in zip((2, 5), zip(*[iter(windows(tl, (2, 5)))] * 2)):
        extra[f"tl-{s}"] = b
        extra[f"tl+{s}"] = f
    return np.stack([np.asarray(v, dtype=float) for v in extra.values()], axis=1), list(extra)
