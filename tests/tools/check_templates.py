"""Holds templates against docs/deploy-policy.json and against what their parameters say of themselves.

Prints a line for each fault: what CloudFormation asks for a resource and the policy does not allow, what the policy
allows and nothing needs, and a parameter that replaces something and does not warn of it."""

import fnmatch
import json
import logging
import re
import sys

logging.disable(logging.WARNING)

from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource
from resolve_template import changes, defaults, read, resolve, schema, translate
from samcli.lib.bootstrap.bootstrap import _get_stack_template

POLICY = "docs/deploy-policy.json"
ACCOUNT = "us-east-1:111122223333"
WARNING = "Do not change it later"

# What a resource of a type, made by a stack called okta-connector, is called.
ARNS = {
    "AWS::AppFlow::Connector": f"arn:aws:appflow:{ACCOUNT}:connector/Okta",
    "AWS::AppFlow::ConnectorProfile": f"arn:aws:appflow:{ACCOUNT}:connectorprofile/okta-service-app",
    "AWS::AppFlow::Flow": f"arn:aws:appflow:{ACCOUNT}:flow/okta-users",
    "AWS::CloudWatch::Alarm": f"arn:aws:cloudwatch:{ACCOUNT}:alarm:okta-connector-ErrorsAlarm-1",
    "AWS::CloudWatch::Dashboard": "arn:aws:cloudwatch::111122223333:dashboard/okta-connector-us-east-1",
    "AWS::Events::Rule": f"arn:aws:events:{ACCOUNT}:rule/okta-connector-HealthCheck-1",
    "AWS::IAM::Role": "arn:aws:iam::111122223333:role/okta-connector-OktaConnectorRole-1",
    "AWS::KMS::Key": f"arn:aws:kms:{ACCOUNT}:key/1",
    "AWS::Lambda::Function": f"arn:aws:lambda:{ACCOUNT}:function:okta-connector-OktaConnectorFunction-1",
    "AWS::Lambda::Permission": f"arn:aws:lambda:{ACCOUNT}:function:okta-connector-OktaConnectorFunction-1",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{ACCOUNT}:log-group:/aws/lambda/okta-connector",
    "AWS::S3::Bucket": "arn:aws:s3:::okta-bucket-bucket-1",
    "AWS::S3::BucketPolicy": "arn:aws:s3:::okta-bucket-bucket-1",
}
# What an action is about where that is not the resource itself.
OTHERWISE = {
    ("AWS::AppFlow::ConnectorProfile", "secretsmanager"): f"arn:aws:secretsmanager:{ACCOUNT}:secret:appflow!1",
    ("AWS::AppFlow::ConnectorProfile", "kms"): ARNS["AWS::KMS::Key"],
    ("AWS::AppFlow::Connector", "lambda"): ARNS["AWS::Lambda::Function"],
    ("AWS::AppFlow::Flow", "kms"): ARNS["AWS::KMS::Key"],
    ("AWS::AppFlow::Flow", "s3"): ARNS["AWS::S3::Bucket"],
    ("AWS::AppFlow::Flow", "secretsmanager"): f"arn:aws:secretsmanager:{ACCOUNT}:secret:appflow!1",
    ("AWS::Lambda::Function", "iam"): ARNS["AWS::IAM::Role"],
    ("AWS::Lambda::Function", "s3"): "arn:aws:s3:::aws-sam-cli-managed-default-samclisourcebucket-1/okta-connector/1",
}

# What CloudFormation lists for features that no template here uses, by type of resource.
UNUSED = {
    "AWS::AppFlow::ConnectorProfile": r"iam:PassRole",
    "AWS::AppFlow::Flow": r"iam:PassRole",  # A role for the Glue Data Catalog.
    "AWS::Events::Rule": r"iam:PassRole",
    "AWS::IAM::Role": r"iam:(Attach|Detach)RolePolicy",
    "AWS::Lambda::Function": r"elasticfilesystem:.*|s3files:.*|kms:.*|.*CodeSigningConfig|lambda:GetLayerVersion|"
    r"lambda:Put(RuntimeManagement|FunctionRecursion|FunctionScaling)Config|lambda:PassCapacityProvider|"
    r"lambda:AssociateRuntimeAlias|lambda:PublishVersion",
    "AWS::Logs::LogGroup": r".*DataProtectionPolicy|logs:CreateLogDelivery|s3:.*|firehose:.*|"
    r"logs:(Put|Delete)(ResourcePolicy|IndexPolicy)|logs:PutBearerTokenAuthentication|logs:PutLogGroupDeletionProtection",
    "AWS::S3::Bucket": r"s3tables:.*|iam:PassRole|.*MetadataTable.*|.*BucketMetadata.*|s3:(Put|Delete)\w*(Abac|Analytics|Cors|CORS|"
    r"Inventory|Metrics|Notification|Replication|Website|Accelerate|ObjectLock|Logging|IntelligentTiering|Acl)\w*|"
    r"s3:DeleteBucket(Encryption|Lifecycle)|s3:DeleteObject|s3:GetBucketAbac|s3:GetBucketAcl",
}
# CloudFormation reads a resource it has made whole, whatever the template uses.
READ_WHOLE = {"AWS::Lambda::Function": r"lambda:Get.*", "AWS::Logs::LogGroup": r"logs:Get.*"}

# What is needed beside resources: for the stacks, for `sam deploy` and for the commands of the documentation.
BESIDE = {
    "cloudformation:*": "stacks",
    "s3:PutObject": "sam deploy puts the code into its bucket",
    "s3:DeleteObject": "sam delete takes it out again",
    "appflow:DescribeFlowExecutionRecords": "examples/README.md looks at a run",
    "secretsmanager:GetSecretValue": "the templates of connections refer to secrets",
    "kms:GetPublicKey": "PublicKeyCommand",
    "kms:Decrypt": "AppFlow reads the secret of a connection",
    "kms:GenerateDataKey": "AppFlow writes the secret of a connection",
}


def as_list(value):
    return value if isinstance(value, list) else [value]


def matches(pattern, text):
    return fnmatch.fnmatchcase(text.lower(), pattern.lower().replace("[", "[[]"))


def is_allowed(policy, action, resource):
    return any(
        any(matches(pattern, action) for pattern in as_list(statement["Action"]))
        and any(matches(pattern, resource) for pattern in as_list(statement["Resource"]))
        for statement in policy["Statement"]
    )


def needs(resource_type):
    """Returns what CloudFormation asks for, for a resource of a type."""
    handlers = schema(resource_type)["handlers"]
    unused = re.compile(UNUSED.get(resource_type, "(?!)"))
    whole = re.compile(READ_WHOLE.get(resource_type, "(?!)"))
    found = set()
    for verb in ("create", "read", "update", "delete"):
        for action in handlers.get(verb, {}).get("permissions", []):
            if verb == "read" and whole.fullmatch(action) or not unused.fullmatch(action):
                found.add(action)
    return found


def check_policy(types):
    policy = json.load(open(POLICY))
    wanted = {(action, kind) for kind in types for action in needs(kind)}
    for action, kind in sorted(wanted):
        resource = OTHERWISE.get((kind, action.split(":")[0]), ARNS[kind])
        if not is_allowed(policy, action, resource):
            yield f"{POLICY} does not allow {action} on {resource}, which {kind} needs"
    known = load_resource(AdditionalSpecs, "Policies.json")
    for statement in policy["Statement"]:
        for pattern in as_list(statement["Action"]):
            service, name = pattern.split(":")
            actions = [action for action in known[service]["Actions"] if matches(name, action)]
            if not actions:
                yield f"{POLICY} allows {pattern}, which AWS does not know"
            used = any(matches(pattern, action) for action, _ in wanted)
            if not used and not any(matches(beside, pattern) for beside in BESIDE):
                yield f"{POLICY} allows {pattern}, which nothing needs"
    size = len("".join(json.dumps(policy).split()))
    if size > 6144:
        yield f"{POLICY} has {size} characters. A managed policy has 6144 at most"


def another(declared, value):
    """Returns another value of a parameter."""
    for allowed in declared.get("AllowedValues", []):
        if str(allowed) != value:
            return str(allowed)
    if declared["Type"] == "Number":
        return str(int(value) + (1 if int(value) < declared.get("MaxValue", 1 << 31) else -1))
    return f"{value}x"


# Where CloudFormation sees nothing wrong and the owner of the data would.
MOVES_DATA = {"BucketName", "BucketPrefix"}
# A permission or a rule may be made anew, and so may a dashboard.
REPLACEABLE = ("AWS::Lambda::Permission", "AWS::Events::Rule", "AWS::CloudWatch::")


def check_parameters(path, template):
    # Of a parameter that is empty by default the stack may know the value: then it is changed, not given.
    given = {name: value or "given" for name, value in defaults(template).items()}
    for name, declared in template["Parameters"].items():
        before, after = ({**given, name: value} for value in (given[name], another(declared, given[name])))
        before, after = (resolve(translate(template, it), it) for it in (before, after))
        moved = changes(before, after)
        kept = [
            f"{verb} {resource}"
            for resource, verb in moved.items()
            if verb != "makes" and not before["Resources"][resource]["Type"].startswith(REPLACEABLE)
        ]
        warns = WARNING in " ".join(declared["Description"].split())
        if kept and not warns:
            yield f"{path}: a change of {name} {' and '.join(kept)}. Its description must say: {WARNING}"
        if warns and not kept and name not in MOVES_DATA:
            yield f"{path}: {name} says {WARNING!r}, but nothing is lost"


def main():
    templates = {path: read(path) for path in sys.argv[1:]}
    types = set()
    for path, template in templates.items():
        types |= {it["Type"] for it in translate(template, defaults(template))["Resources"].values()}
    types |= {it["Type"] for it in json.loads(_get_stack_template())["Resources"].values()}
    faults = list(check_policy(types))
    for path, template in templates.items():
        faults += check_parameters(path, template)
    print("\n".join(faults))


main()
