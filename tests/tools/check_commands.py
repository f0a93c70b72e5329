"""Holds the commands of `aws` and `sam` in pages and templates against what these programs take.

`aws` is not installed for this: its commands are made from the service models of botocore, which are here, and the few
that are made by hand have a table below. `sam` says of itself what it takes. Prints a line for each fault."""

import importlib
import json
import logging
import os
import re
import shlex
import sys

logging.disable(logging.WARNING)
os.environ["SAM_CLI_TELEMETRY"] = "0"

import botocore.session
import click
import jmespath
from botocore import xform_name
from markdown_it import MarkdownIt
from resolve_template import defaults, read, refusals

GLOBAL = {"region": 1, "output": 1, "query": 1, "profile": 1, "endpoint-url": 1, "no-cli-pager": 0, "no-paginate": 0,
          "cli-input-json": 1}  # fmt: skip
MANY = None
# Options of commands that AWS CLI does not make from a service model, with how many values each takes.
BY_HAND = {
    ("cloudformation", "deploy"): {
        "template-file": 1, "stack-name": 1, "s3-bucket": 1, "s3-prefix": 1, "kms-key-id": 1, "force-upload": 0,
        "parameter-overrides": MANY, "capabilities": MANY, "no-execute-changeset": 0, "disable-rollback": 0,
        "no-disable-rollback": 0, "role-arn": 1, "notification-arns": MANY, "fail-on-empty-changeset": 0,
        "no-fail-on-empty-changeset": 0, "tags": MANY,
    },
    ("cloudformation", "package"): {
        "template-file": 1, "s3-bucket": 1, "s3-prefix": 1, "kms-key-id": 1, "output-template-file": 1, "use-json": 0,
        "force-upload": 0, "metadata": MANY,
    },
    ("logs", "tail"): {
        "since": 1, "follow": 0, "format": 1, "filter-pattern": 1, "log-stream-names": MANY,
        "log-stream-name-prefix": 1,
    },
    ("s3", "cp"): {"recursive": 0, "exclude": 1, "include": 1, "quiet": 0, "no-progress": 0},
    ("s3", "ls"): {"recursive": 0, "human-readable": 0, "summarize": 0},
}  # fmt: skip
REQUIRED = {
    ("cloudformation", "deploy"): {"template-file", "stack-name"},
    ("cloudformation", "package"): {"template-file", "s3-bucket"},
}
# How many values stand before the options of such a command.
POSITIONAL = {("logs", "tail"): 1, ("s3", "cp"): 2, ("s3", "ls"): 1}
session = botocore.session.get_session()


class Fault(Exception):
    pass


def commands_of_page(text):
    """Returns the commands in the blocks of a page and in its lines."""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "fence" and token.info.split(" ")[0] in ("console", "sh", "bash", ""):
            yield from commands_of_block(token.content)
        for child in token.children or []:
            if child.type == "code_inline":
                # In a sentence, a command may end with the option that the sentence is about.
                yield from ([*words, "…"] if words[-1].startswith("--") else words for words in split(child.content))


def commands_of_block(text):
    for line in text.replace("\\\n", " ").splitlines():
        yield from split(line.removeprefix("$ "))


def commands_of_file(text):
    """Returns the commands in comments, where each stands on a line of its own or on several."""
    for line in text.replace("\\\n#", " ").splitlines():
        if re.match(r"#\s+(aws|sam) ", line):
            yield from split(re.split(" {3,}", line.lstrip("# "))[0])  # Behind many spaces stands what it is for.


def split(line):
    """Returns the words of the commands of `aws` and `sam` in a line of the shell."""
    for inner in re.findall(r"\$\(([^()]*)\)", line):
        yield from split(inner)
    line = re.sub(r"\$\([^()]*\)", "$", line)
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split, lexer.commenters = True, "#"
        words = list(lexer)
    except ValueError:
        return  # A word in code, with an apostrophe perhaps.
    command = []
    for word in [*words, ";"]:
        if set(word) <= set(";&|()"):
            if len(command) > 1 and command[0] in ("aws", "sam"):
                yield command
            command = []
        elif not (command == [] and "=" in word):
            command.append(word)


def options(words, known):
    """Returns the options of a command with their values; `known` says how many each takes."""
    given, name = {}, None
    for word in words:
        if word.startswith("--") or re.fullmatch("-[a-z]", word):
            name = word.lstrip("-")
            name, _, value = name.partition("=")
            if name not in known:
                raise Fault(f"has no option {word}")
            given[name] = [value] if value else []
        elif name is None:
            raise Fault(f"takes no {word}")
        elif word == "…" and known[name] == 0:
            continue
        elif known[name] is not MANY and len(given[name]) == known[name]:
            raise Fault(f"gives --{name} another value, {word}")
        else:
            given[name].append(word)
    for name, values in given.items():
        if known[name] is MANY and not values or known[name] and len(values) != known[name]:
            raise Fault(f"gives --{name} no value")
    return given


def check_value(shape, value):
    """Checks a value that is no shorthand of AWS CLI's."""
    if value.startswith("file://"):
        path = value.removeprefix("file://")
        if not os.path.exists(path):
            raise Fault(f"reads {path}, which there is not")
        json.load(open(path))
    elif value[:1] in "{[" and shape.type_name != "string":
        json.loads(value)
    elif getattr(shape, "enum", None) and value not in shape.enum:
        raise Fault(f"says {value}. Expected one of {', '.join(shape.enum)}")
    elif shape.type_name in ("integer", "long", "double", "float"):
        float(value)
    elif shape.type_name == "structure" and "=" in value:
        for key in re.findall(r"(?:^|,)(\w+)=", re.sub(r"\{.*\}", "", value)):
            if key not in shape.members:
                raise Fault(f"gives {key}, which {shape.name} does not have")


def check_operation(service, command, words):
    model = session.get_service_model(service)
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    if command not in operations:
        raise Fault("is no command of AWS CLI")
    operation = model.operation_model(operations[command])
    members = operation.input_shape.members if operation.input_shape else {}
    shapes = {xform_name(name, "-"): shape for name, shape in members.items()}
    known = dict(GLOBAL)
    for name, shape in shapes.items():
        if shape.type_name == "boolean":
            known[name] = known[f"no-{name}"] = 0
        else:
            known[name] = MANY if shape.type_name in ("list", "map", "structure") else 1
    given = options(words, known)
    is_whole = operation.input_shape and words and "cli-input-json" not in given
    required = operation.input_shape.required_members if is_whole else []
    for name in required:
        if xform_name(name, "-") not in given:
            raise Fault(f"lacks --{xform_name(name, '-')}")
    for name, values in given.items():
        shape = shapes.get(name)
        for value in values if shape else []:
            check_value(shape.member if shape.type_name == "list" else shape, value)
    for query in given.get("query", []):
        jmespath.compile(query)
        first = re.match(r"\w+", query)
        if first and first[0] not in operation.output_shape.members:
            raise Fault(f"asks for {first[0]}, which is not in the answer")


def check_parameters(path, pairs, stack, stacks):
    """Checks parameters of a template; what one command gives a stack, a later one may leave out."""
    if not os.path.exists(path):
        raise Fault(f"names {path}, which there is not")
    template = read(path)
    known = stacks.setdefault((stack, path), defaults(template))
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name not in known:
            raise Fault(f"gives {name}, which {path} does not have")
        known[name] = value
    for name, declared in template["Parameters"].items():
        if "Default" not in declared and not known[name]:
            raise Fault(f"lacks the parameter {name} of {path}")
    made_up = {name for name, value in known.items() if re.search(r"\.\.\.|…|\$", value)}
    for reason in refusals(template, known):
        if reason.split(" ")[0] not in made_up:
            raise Fault(f"is refused: {reason}")


def check_aws(words, stacks):
    service, command, *rest = words
    by_hand = BY_HAND.get((service, command))
    if by_hand is None:
        if service not in session.get_available_services():
            raise Fault(f"names no service of AWS, {service}")
        return check_operation(service, command, rest)
    if not rest:
        return None  # In a sentence, a command need not be whole.
    given = options(rest[POSITIONAL.get((service, command), 0) :], GLOBAL | by_hand)
    stacks["made"] = stacks.get("made", []) + given.get("output-template-file", [])
    missing = REQUIRED.get((service, command), set()) - set(given)
    if missing:
        raise Fault(f"lacks --{sorted(missing)[0]}")
    if command == "deploy" and given["template-file"][0] not in stacks["made"]:
        pairs = given.get("parameter-overrides", [])
        check_parameters(given["template-file"][0], pairs, given["stack-name"][0], stacks)
    return None


def check_sam(words, stacks):
    name, *rest = words
    try:
        module = importlib.import_module({"local": "samcli.commands.local.local"}.get(name, f"samcli.commands.{name}"))
    except ModuleNotFoundError:
        raise Fault("is no command of sam") from None
    command = module.cli
    while isinstance(command, click.MultiCommand):
        if not rest:
            return
        command, rest = command.get_command(click.Context(command), rest[0]), rest[1:]
    known = {}
    while rest and not rest[0].startswith("-"):
        rest = rest[1:]  # The name of a function.
    for option in command.params:
        for spelling in [*option.opts, *option.secondary_opts]:
            plain = getattr(option, "is_flag", False) or getattr(option, "count", False)
            known[spelling.lstrip("-")] = 0 if plain else MANY
    given = options(rest, known)
    check_parameters("template.yaml", given.get("parameter-overrides", []), "sam", stacks)


def check(words, stacks):
    program, *rest = words
    if rest[0] == "--version" or len(rest) == 1 and program == "aws":
        return
    (check_aws if program == "aws" else check_sam)(rest, stacks)


def main():
    count = 0
    for path in sys.argv[1:]:
        text = open(path).read()
        if path.endswith(".txt"):  # What stacks say, tests/data/stacks.txt.
            found = [words for line in re.findall(r"output \w+: (aws .*)", text) for words in split(line)]
        else:
            found = (commands_of_page if path.endswith(".md") else commands_of_file)(text)
        stacks = {}
        for words in found:
            count += 1
            try:
                check(words, stacks)
            except Fault as fault:
                print(f"{path}: `{' '.join(words)}` {fault}")
    print(f"{count} commands")


main()
