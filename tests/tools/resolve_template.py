"""Templates as CloudFormation takes them: SAM's part translated by AWS's own translator, and parameters and conditions
resolved. What only a stack knows, the names and attributes of its resources, stays as it is."""

import copy
import os
import re

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

CODE = {"Bucket": "code", "Key": "bootstrap.zip"}
REGION = "us-east-1"
NOTHING = object()
os.environ["AWS_DEFAULT_REGION"] = REGION  # The translator asks for one.


class NoManagedPolicies:
    """Stands for the list of AWS's managed policies, of which the template uses none."""

    def load(self):
        return {}


def read(path):
    """Reads a template; the code of a function lies where `sam package` would have put it."""
    template = yaml_parse(open(path).read())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = CODE
    return template


def defaults(template):
    return {name: str(of.get("Default", "")) for name, of in template["Parameters"].items()}


def translate(template, parameters):
    """Lets AWS's own translator write what `AWS::Serverless` stands for."""
    if "Transform" not in template:
        return copy.deepcopy(template)
    return transform(copy.deepcopy(template), dict(parameters), NoManagedPolicies())


class Resolver:
    """The values of the parameters and conditions of a template."""

    def __init__(self, template, parameters):
        self.conditions = template.get("Conditions", {})
        self.parameters = {}
        for name, declared in template.get("Parameters", {}).items():
            value = parameters[name]
            is_list = declared["Type"] == "CommaDelimitedList"
            self.parameters[name] = value.split(",") if is_list else value

    def holds(self, name):
        return self.value(self.conditions[name])

    def value(self, value):
        if isinstance(value, list):
            return [item for item in map(self.value, value) if item is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, argument)] = value.items()
            if function == "Ref" and argument == "AWS::NoValue":
                return NOTHING
            if function == "Ref" and argument in self.parameters:
                return self.parameters[argument]
            if function == "Condition":
                return self.holds(argument)
            if function == "Fn::If":
                return self.value(argument[1 if self.holds(argument[0]) else 2])
            if function == "Fn::Equals":
                left, right = self.value(argument)
                return str(left) == str(right)
            if function == "Fn::Not":
                return not self.value(argument[0])
            if function == "Fn::And":
                return all(self.value(argument))
            if function == "Fn::EachMemberEquals":
                members, expected = self.value(argument)
                return all(member == expected for member in members)
            if function == "Fn::Join":
                return argument[0].join(self.value(argument[1]))
            if function == "Fn::Sub":
                return self.substituted(argument)
        members = {key: self.value(member) for key, member in value.items()}
        return {key: member for key, member in members.items() if member is not NOTHING}

    def substituted(self, text):
        def parameter(found):
            value = self.parameters.get(found[1], found[0])
            return value if isinstance(value, str) else ",".join(value)

        text = re.sub(r"\$\{([^}]+)\}", parameter, text)
        return {"Fn::Sub": text} if "${" in text else text


def resolve(template, parameters):
    """Returns the template without parameters and conditions, as it comes out for these parameters."""
    resolver = Resolver(template, parameters)
    resolved = {}
    for section in ("Resources", "Outputs"):
        resolved[section] = {}
        for name, item in template.get(section, {}).items():
            if "Condition" not in item or resolver.holds(item["Condition"]):
                item = resolver.value({key: item[key] for key in item if key != "Condition"})
                resolved[section][name] = item
    return resolved


def refusals(template, parameters):
    """Returns why CloudFormation refuses parameters before it makes anything."""
    for name, declared in template["Parameters"].items():
        value = parameters[name]
        allowed = declared.get("AllowedValues")
        if allowed and value not in map(str, allowed):
            yield f"{name} is none of the allowed values"
        if not re.fullmatch(declared.get("AllowedPattern", ".*"), value):
            yield f"{name} does not fit its pattern"
        if declared["Type"] == "Number" and float(value) < declared.get("MinValue", float(value)):
            yield f"{name} is too small"
    resolver = Resolver(template, parameters)
    for rule in template.get("Rules", {}).values():
        if resolver.value(rule.get("RuleCondition", True)):
            for assertion in rule["Assertions"]:
                if not resolver.value(assertion["Assert"]):
                    yield assertion["AssertDescription"]


def schema(resource_type):
    """Returns AWS's own schema of a type of resource, as cfn-lint carries it."""
    return PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, resource_type).schema


def names(value):
    """Returns the names of resources that a value refers to."""
    if isinstance(value, list):
        return set().union(*map(names, value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*map(names, value.values()))
    if "Ref" in value:
        found.add(value["Ref"])
    if "Fn::GetAtt" in value:
        found.add(value["Fn::GetAtt"][0])
    if "Fn::Sub" in value:
        found |= {name.split(".")[0] for name in re.findall(r"\$\{([^}]+)\}", value["Fn::Sub"])}
    return found


def changes(before, after):
    """Returns what an update does to resources: a verb (replaces, deletes, makes) for each name. Resources that are
    changed in place are not in it."""
    before, after = before["Resources"], after["Resources"]
    found = {name: "makes" for name in after if name not in before}
    found |= {name: "deletes" for name in before if name not in after}
    common = [name for name in after if name in before]
    while True:
        known = len(found)
        for name in common:
            for pointer in schema(after[name]["Type"]).get("createOnlyProperties", []):
                key = pointer.split("/")[2]
                old, new = (of[name].get("Properties", {}).get(key) for of in (before, after))
                moved = any(found.get(named) == "replaces" for named in names(new))
                if old != new or moved:
                    found[name] = "replaces"
        if len(found) == known:
            return found
