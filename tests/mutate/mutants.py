"""What can be broken in a C file, one thing at a time.

A comparison, "&&" or "||", a negation, a status, "return true", an "if" forced to one side, the end of a loop, a limit by one.
No C parser: tokens, and the depth of braces and parentheses.  A mutant that does not compile is none.

Left alone, because it changes nothing that a test should notice: a choice between two literals, functions with a name like
names_text(), which word what is found, and how many things are named before "and 5 more"; and lines about evidence that is on its
way, since whatever a run says before it is there is thrown away.

An index that may reach a length, or come to be less than 0, would read what is not there, which only a sanitizer sees: it is kept
from the last one, or the first, instead.
"""
import re
from typing import NamedTuple

TOKEN = re.compile(r"""
    (?P<skip>/\*.*?\*/ | //[^\n]* | ^[ \t]*\#(?:[^\n\\]|\\.|\\\n)* | \s+)
  | (?P<text>"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
  | (?P<number>\d[\w.]*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<mark><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
""", re.X | re.S | re.M)

COMPARISONS = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&"}
STATUSES = {"PASS": "NOTE", "NOTE": "WARN", "WARN": "FAIL", "FAIL": "WARN", "UNKNOWN": "SKIPPED", "SKIPPED": "UNKNOWN"}     # near ones
BOOLEANS = {"true": "false", "false": "true"}
LIMIT = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:MAX|MIN|LIMIT|BYTES|OCTETS|BITS|LINKS|NAMES|LABELS|TERMS|S|MS|DAYS)$")


SPANS = ("memchr", "memcpy", "memmove", "qsort")    # do nothing with nothing: who asks before is only polite
LESSER_OR_GREATER = re.compile(r"([\w.>\[\]-]+) [<>]=? ([\w.>\[\]-]+) \? (?:\1 : \2|\2 : \1)")     # the same for equals
WORDING = re.compile(r"(^|_)(text|texts|word|words|says)$")
NAMED = re.compile(r"SHOWN|NAMED")
LENGTH = re.compile(r"(^|_)(len|count|size)$")
ON_ITS_WAY = re.compile(r"pending|PENDING|\bcomplete\b|->known\b")
SHORT_LINE = 24


class Mutant(NamedTuple):
    path: str
    function: str   # "" outside of all
    line: int
    start: int      # what is replaced in the file, in characters
    end: int
    new: str
    what: str       # "== -> !="
    before: str     # the line as it is, without the blanks around it
    after: str      # as it becomes: with the path, the name of the mutant in may_live


class Token(NamedTuple):
    kind: str
    text: str
    start: int

    @property
    def end(self):
        return self.start + len(self.text)


def tokens_of(source):
    return [Token(match.lastgroup, match.group(), match.start()) for match in TOKEN.finditer(source) if match.lastgroup != "skip"]


def closing(tokens, at):
    """The index of the token that closes the one at `at`."""
    pairs = {"(": ")", "[": "]", "{": "}"}
    opens, closes, depth = tokens[at].text, pairs[tokens[at].text], 0
    for i in range(at, len(tokens)):
        depth += (tokens[i].text == opens) - (tokens[i].text == closes)
        if depth == 0:
            return i
    return len(tokens) - 1


def function_before(tokens, at):
    """The name before the parameters that end before `at`."""
    depth = 0
    for i in range(at - 1, 0, -1):
        depth += (tokens[i].text == ")") - (tokens[i].text == "(")
        if depth == 0:
            return tokens[i - 1].text
    return ""


def bodies(tokens):
    """(first, last, name) of every function body; the rest of a file is types and tables."""
    i = 0
    while i < len(tokens):
        if tokens[i].text == "{":
            last = closing(tokens, i)
            if tokens[i - 1].text == ")":
                yield i, last, function_before(tokens, i)
            i = last
        i += 1


def chooses_text(tokens, at):
    """Is the token part of the condition of `... ? "a" : "b"`?"""
    depth = 0
    for i in range(at + 1, min(at + 60, len(tokens))):
        text = tokens[i].text
        if text in "([{":
            depth += 1
        elif text in ")]}":
            depth -= 1
        elif text in (";", ",") and depth <= 0:
            return False
        elif text == "?" and depth <= 0:
            return literal_branch(tokens, i + 1)
    return False


def literal_branch(tokens, i):
    if tokens[i].text == "NULL" or tokens[i].kind != "text" or tokens[i].text[0] != '"':
        return False
    while i < len(tokens) and tokens[i].kind == "text":
        i += 1
    return tokens[i].text == ":" and tokens[i + 1].kind == "text"


class Finder:
    def __init__(self, path, source):
        self.path, self.source = path, source
        self.tokens = tokens_of(source)
        self.found = []
        self.evidence = set()
        self.function = ""

    def named_evidence(self, first, last):
        """The variables that hold what may be on its way, or a member of that: NULL until it is there."""
        assigned = [self.tokens[i:i + 4] for i in range(first, last) if self.tokens[i + 1].text == "="]
        needed = {name.text for name, _, value, _ in assigned if value.text.startswith("need_")}
        return needed | {name.text for name, _, value, dot in assigned if value.text in needed and dot.text == "."}

    def asks_whether_it_is_there(self, i):
        """Is an operand of the "||" or "&&" the NULL of such a variable?"""
        names = [self.tokens[k + 1].text for k in (i - 2, i + 1) if self.tokens[k].text == "!"]
        return any(name in self.evidence for name in names)

    def add(self, start, end, new, what):
        line_start = self.source.rfind("\n", 0, start) + 1
        line_end = self.source.find("\n", start)
        if ON_ITS_WAY.search(self.source, line_start, line_end):
            return
        if line_end - line_start < SHORT_LINE:      # such as "return true;": with the line above it
            line_start = self.source.rfind("\n", 0, line_start - 1) + 1
        changed = (self.source[line_start:start] + new + self.source[end:max(end, line_end)]).strip()
        self.found.append(Mutant(self.path, self.function, self.source.count("\n", 0, start) + 1, start, end, new, what,
                                 self.source[line_start:line_end].strip(), " ".join(changed.split())))

    def replace(self, token, new):
        self.add(token.start, token.end, new, f"{token.text} -> {new}")

    def mutants(self):
        for first, last, name in bodies(self.tokens):
            if WORDING.search(name):
                continue
            self.function = name
            loops = {}      # index of a "for" header's "(" -> of its ")"
            self.evidence = self.named_evidence(first, last)
            for i in range(first, last):
                if self.tokens[i].text == "for" and self.tokens[i + 1].text == "(":
                    loops[i + 1] = closing(self.tokens, i + 1)
            for i in range(first, last):
                self.in_body(i, any(start < i < end for start, end in loops.items()))
        self.function = ""
        self.outside_bodies()
        return self.found

    def in_body(self, i, in_loop_header):
        token, before, after = self.tokens[i], self.tokens[i - 1], self.tokens[i + 1]
        first = self.call_around(i)
        if token.text in COMPARISONS and token.kind == "mark":
            self.comparison(i, in_loop_header)
        elif token.text == "!" and not chooses_text(self.tokens, i):
            self.add(token.start, token.end, "", "! dropped")
        elif token.text in STATUSES:    # of an unknown finding it only shows whether it is required
            self.replace(token, "FAIL" if token.text != "FAIL" and self.tokens[first].text == "finding_worst" else STATUSES[token.text])
        elif token.text in BOOLEANS and before.text == "return":
            self.replace(token, BOOLEANS[token.text])
        elif token.text == "if" and after.text == "(":
            self.condition(i + 1)
        elif self.is_compared(i) and (token.kind == "number" and token.text.isdigit() and int(token.text) >= 2 or LIMIT.match(token.text)):
            self.limit(token)

    def call_around(self, i):
        """The index of the function that the token is an argument of; of the token itself, if of none."""
        depth = 0
        for k in range(i, 0, -1):
            depth += (self.tokens[k].text == ")") - (self.tokens[k].text == "(")
            if depth < 0:
                return k - 1
            if self.tokens[k].text in ";{":
                break
        return i

    def comparison(self, i, in_loop_header):
        token = self.tokens[i]
        if token.text in ("||", "&&") and self.asks_whether_it_is_there(i) or NAMED.search(self.tokens[i + 1].text):
            return
        if chooses_text(self.tokens, i) or self.is_lesser_or_greater(token) or [t.text for t in self.tokens[i + 1:i + 3]] == ["0", "?"] and \
                self.tokens[i + 3].text in SPANS:
            return
        if in_loop_header and token.text == "<" and self.tokens[i - 1].kind == "word":
            self.add(self.tokens[i - 1].start, self.tokens[i - 1].end, f"{self.tokens[i - 1].text} + {self.step_behind(i)}",
                     "last one left out")
        elif token.text in ("<", ">=") and self.is_length_from(i + 1):
            self.add(token.start, token.end, f"+ 1 {token.text}", "last one left out")
        elif token.text == ">" and self.tokens[i + 1].text == "0" and (LENGTH.search(self.tokens[i - 1].text) or self.guards_one_before(i)):
            self.add(self.tokens[i + 1].start, self.tokens[i + 1].end, "1", "last one left out")
        else:
            self.replace(token, COMPARISONS[token.text])

    def step_behind(self, i):
        """By how much the loop goes on whose header has the token: 1, or what follows "+=" there."""
        while self.tokens[i].text not in ("{", "}"):
            if self.tokens[i].text == "+=" and self.tokens[i + 1].kind == "number":
                return self.tokens[i + 1].text
            if self.tokens[i].text in ("++", "--"):
                break
            i += 1
        return "1"

    def is_length_from(self, i):
        """Is the operand that begins here a member or a variable with the name of a length, and nothing more; or of an array?"""
        if self.tokens[i].text == "sizeof" and self.tokens[i + 2].text == "/":
            return True
        while self.tokens[i].kind == "word" and self.tokens[i + 1].text in (".", "->"):
            i += 2
        return self.tokens[i].kind == "word" and bool(LENGTH.search(self.tokens[i].text)) and \
            self.tokens[i + 1].text not in ("+", "-", "*", "/", "(", "[")

    def guards_one_before(self, i):
        """Is it the "at > 0" of "at > 0 && text[at - 1]"?"""
        wanted = [self.tokens[i - 1].text, "-", "1", "]"]
        return any([t.text for t in self.tokens[k:k + 4]] == wanted for k in range(i, i + 24))

    def is_lesser_or_greater(self, token):
        start = self.source.rfind("\n", 0, token.start)
        return token.text[0] in "<>" and any(match.start() < token.start < match.end()
                                             for match in LESSER_OR_GREATER.finditer(self.source, start, token.start + 120))

    def condition(self, opening):
        last = closing(self.tokens, opening)
        start, end = self.tokens[opening].end, self.tokens[last].start
        inside = self.source[start:end]
        if self.tokens[last + 1].text not in SPANS:
            self.add(start, end, f"({inside}) || 1", "if always")
        self.add(start, end, f"({inside}) && 0", "if never")

    def is_compared(self, i):
        """A divisor is not, but what comes of it: "code / 100 == 4"."""
        if self.tokens[i - 1].text in "/%" or NAMED.search(self.tokens[i].text):
            return False
        comparisons = [self.tokens[k] for k in (i - 1, i + 1) if self.tokens[k].text in ("<", "<=", ">", ">=", "==")]
        return bool(comparisons) and not any(map(self.is_lesser_or_greater, comparisons))

    def limit(self, token):
        self.add(token.start, token.end, f"({token.text} + 1)", f"{token.text} + 1")
        self.add(token.start, token.end, f"({token.text} - 1)", f"{token.text} - 1")

    def outside_bodies(self):
        """Statuses in tables, and the numbers of "enum { NAME = 10 }"."""
        inside = set()
        for first, last, _ in bodies(self.tokens):
            inside.update(range(first, last))
        for i, token in enumerate(self.tokens):
            if i in inside:
                continue
            if token.text in STATUSES and self.tokens[i - 1].text in ("{", ",", "="):
                self.replace(token, STATUSES[token.text])
            if token.text == "enum" and "{" in (self.tokens[i + 1].text, self.tokens[i + 2].text):
                self.enumeration(i + 1 if self.tokens[i + 1].text == "{" else i + 2)

    def enumeration(self, opening):
        for i in range(opening, closing(self.tokens, opening)):
            token = self.tokens[i]
            if token.kind == "number" and token.text.isdigit() and int(token.text) >= 2 and self.tokens[i - 1].text == "=" and \
                    not NAMED.search(self.tokens[i - 2].text):
                self.limit(token)


def mutants_of(path):
    with open(path, encoding="utf-8") as file:
        return Finder(path, file.read()).mutants()
