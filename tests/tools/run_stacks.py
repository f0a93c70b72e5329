"""Makes, updates and deletes stacks of template.yaml in moto's CloudFormation and prints what AWS then has.

Reads JSON from standard input: rows of parameters, rows of parameters that are refused, and events. Prints all that the
stack with default parameters has, for each row what an update to its parameters takes away and adds, which rules an
event meets, and what becomes of new code."""

import io
import json
import logging
import os
import re
import sys
import tempfile
import warnings
import zipfile

os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "test"
warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

import boto3
from moto import mock_aws
from moto.events.models import EventPattern
from moto_gaps import recorded
from resolve_template import CODE, changes, defaults, read, refusals, resolve, translate
from samcli.lib.package.s3_uploader import S3Uploader

STACK = "okta-connector"
def plain(value):
    """Returns a value as one line, without what a stack draws at random."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return re.sub(rf"({STACK}-[A-Za-z]+)-[A-Z0-9]{{12,13}}\b", r"\1", text)


def lines(subject, members):
    return {f"{subject} {plain(key)}: {plain(value)}" for key, value in members.items() if value not in ("", [], {}, None)}


def role():
    iam = boto3.client("iam")
    for listed in iam.list_roles()["Roles"]:
        name = listed["RoleName"]
        described = iam.get_role(RoleName=name)["Role"]
        boundary = described.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        yield from lines("role", {"description": described["Description"], "boundary": boundary})
        yield from lines("role", {"is assumed by": described["AssumeRolePolicyDocument"]["Statement"]})
        assert not iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for statement in filter(None, document["Statement"]):
                sid = statement.pop("Sid")
                yield from lines(f"role {statement.pop('Effect')} {sid}", statement)


def function():
    client = boto3.client("lambda")
    for listed in client.list_functions()["Functions"]:
        name = listed["FunctionName"]
        described = client.get_function(FunctionName=name)
        configuration = described["Configuration"]
        wanted = ("Description", "Runtime", "Handler", "Architectures", "MemorySize", "Timeout", "Role")
        yield from lines("function", {key: configuration.get(key) for key in wanted})
        yield from lines("function variable", configuration["Environment"]["Variables"])
        vpc = configuration.get("VpcConfig", {})
        yield from lines("function", {key: vpc.get(key) for key in ("SubnetIds", "SecurityGroupIds")})
        yield from lines("function", {"concurrency": described.get("Concurrency", {}).get("ReservedConcurrentExecutions")})
        for statement in json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]:
            statement.pop("Sid")
            yield from lines("function admits", {statement.pop("Principal")["Service"]: statement})


def rules():
    events = boto3.client("events")
    for rule in events.list_rules()["Rules"]:
        subject = f"rule {plain(rule['Name'])}"
        pattern = json.loads(rule.get("EventPattern", "null"))
        yield from lines(subject, {"pattern": pattern, "schedule": rule.get("ScheduleExpression")})
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            yield from lines(subject, {"target": target})


def log():
    for group in boto3.client("logs").describe_log_groups()["logGroups"]:
        days, key = group.get("retentionInDays"), group.get("kmsKeyId")
        yield from lines(f"log {group['logGroupName']}", {"days": days, "key": key})


def state():
    """Returns what AWS has, a line for each fact."""
    # A dashboard is long, and tests/it/infrastructure.rs reads it.
    dashboards = boto3.client("cloudwatch").list_dashboards()["DashboardEntries"]
    found = {*role(), *function(), *rules(), *log(), *(f"dashboard {it['DashboardName']}" for it in dashboards)}
    for name, (resource_type, properties) in recorded.items():
        told = {key: value for key, value in properties.items() if key != "AlarmDescription"}
        found |= lines(f"{resource_type.split('::')[-1].lower()} {plain(name)}", told)
    return found


def outputs():
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {f"output {it['OutputKey']}: {plain(it['OutputValue'])}" for it in stack.get("Outputs", [])}


class Stack:
    """A template that is made into a stack."""

    def __init__(self, template):
        self.template = template
        self.client = boto3.client("cloudformation")

    def resolved(self, parameters):
        return resolve(translate(self.template, parameters), parameters)

    def create(self, parameters):
        """Lets moto see to parameters and conditions."""
        template = translate(self.template, parameters)
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        self.client.create_stack(StackName=STACK, TemplateBody=json.dumps(template), Parameters=given)
        return state() | outputs()

    def create_resolved(self, parameters):
        self.client.create_stack(StackName=STACK, TemplateBody=json.dumps(self.resolved(parameters)))
        return state() | outputs()

    def update(self, parameters):
        """Changes it to other parameters. They are resolved here: moto overlooks a change of a parameter in a text
        (`Fn::Sub`) or a condition."""
        self.client.update_stack(StackName=STACK, TemplateBody=json.dumps(self.resolved(parameters)))
        return state() | outputs()

    def delete(self):
        self.client.delete_stack(StackName=STACK)
        assert not state(), f"left behind: {state()}"


def refused(policy, verb, name):
    """Says whether a stack policy refuses a change of a resource."""
    action = {"replaces": "Update:Replace", "deletes": "Update:Delete"}.get(verb)
    named = (f"LogicalResourceId/{name}", "*")

    def covers(statement, key, wanted):
        values = statement[key] if isinstance(statement[key], list) else [statement[key]]
        return any(value in wanted for value in values)

    applies = [
        statement["Effect"]
        for statement in policy["Statement"]
        if covers(statement, "Action", (action, "Update:*")) and covers(statement, "Resource", named)
    ]
    return action is not None and ("Deny" in applies or "Allow" not in applies)


def must_be(subject, found, expected):
    assert found == expected, f"{subject} differs: {sorted(found - expected)} instead of {sorted(expected - found)}"


def archive(program):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("bootstrap", program)
    return written.getvalue()


def show(row, moved, policy, taken, added):
    print("with", " ".join(f"{key}={value}" for key, value in row.items()))
    for name, verb in sorted(moved.items()):
        print(f"  {verb} {name}{', which the stack policy refuses' if refused(policy, verb, name) else ''}")
    print("".join(f"  - {line}\n" for line in sorted(taken)), end="")
    print("".join(f"  + {line}\n" for line in sorted(added)))


def run_rows(stack, plain_parameters, policy, rows):
    before = stack.create(plain_parameters)
    print("by default")
    print("".join(f"  {line}\n" for line in sorted(before)))
    stack.delete()
    for row in [*rows, {key: value for row in rows for key, value in row.items()}]:
        parameters = plain_parameters | row
        must_be("what is resolved here", stack.create_resolved(plain_parameters), before)
        after = stack.update(parameters)
        if row in rows:
            moved = changes(stack.resolved(plain_parameters), stack.resolved(parameters))
            show(row, moved, policy, before - after, after - before)
        must_be("an update back", stack.update(plain_parameters), before)
        stack.delete()
        must_be("a new stack", stack.create(parameters), after)
        stack.delete()


def send(stack, parameters, events):
    """Prints which rules an event meets."""
    stack.create(parameters)
    rules = [rule for rule in boto3.client("events").list_rules()["Rules"] if "EventPattern" in rule]
    for name, event in events.items():
        patterns = {plain(rule["Name"]): EventPattern.load(rule["EventPattern"]) for rule in rules}
        meets = [rule for rule, pattern in sorted(patterns.items()) if pattern.matches_event(event)]
        print(f"event {name}: {' '.join(meets) or 'nobody is told'}")
    stack.delete()


def renew_code(stack, parameters):
    """Prints what becomes of new code in a bucket without versioning, under the old name and as SAM names it."""
    bucket = boto3.client("s3")
    function = boto3.client("lambda")

    def runs():
        [listed] = function.list_functions()["Functions"]
        return listed["CodeSha256"]

    stack.create_resolved(parameters)
    old = runs()
    bucket.put_object(Bucket=CODE["Bucket"], Key=CODE["Key"], Body=archive("another program"))
    stack.update(parameters)
    print(f"new code under the old name: {'the old code runs' if runs() == old else 'the new code runs'}")
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(archive("another program"))
        file.flush()
        uploader = S3Uploader(s3_client=bucket, bucket_name=CODE["Bucket"], no_progressbar=True)
        key = uploader.upload_with_dedup(file.name, extension="zip").removeprefix(f"s3://{CODE['Bucket']}/")
    properties = stack.template["Resources"]["OktaConnectorFunction"]["Properties"]
    properties["CodeUri"] = CODE | {"Key": key}
    stack.update(parameters)
    print(f"new code as sam deploy names it: {'the old code runs' if runs() == old else 'the new code runs'}")
    stack.delete()
    properties["CodeUri"] = CODE


def main():
    order = json.load(sys.stdin)
    template = read("template.yaml")
    policy = json.load(open("docs/stack-policy.json"))
    parameters = defaults(template)
    assert not list(refusals(template, parameters)), "the default parameters are refused"
    for row in order["rows"]:
        assert not list(refusals(template, parameters | row)), row
    untried = set(parameters).difference(*order["rows"])
    assert not untried, f"no row changes {', '.join(sorted(untried))}"
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=CODE["Bucket"])
        boto3.client("s3").put_object(Bucket=CODE["Bucket"], Key=CODE["Key"], Body=archive("the program"))
        stack = Stack(template)
        run_rows(stack, parameters, policy, order["rows"])
        send(stack, parameters | order["listening"], order["events"])
        renew_code(stack, parameters)
    print()
    for row in order["refused"]:
        why = "; ".join(refusals(template, parameters | row)) or "is taken"
        print("refused", " ".join(f"{key}={value}" for key, value in row.items()), f"- {why}")


main()
