# SPDX-License-Identifier: Apache-2.0
"""The verbs of tools/lab."""
import os
import re
import shutil
import sys
import time

from harness import guest_image

from lab import contents, daemons, groups, preflight, settings, space, status, wires
from lab.settings import LabError, Settings

BEGIN = time.monotonic()


def step(text):
    print(f"[{time.monotonic() - BEGIN:6.1f} s] {text}", flush=True)


def require_lab():
    chosen = Settings.load()
    if chosen is None:
        raise LabError("there is no lab; 'tools/lab up' makes one")
    return chosen


def up(*arguments):
    kvm = "--kvm" in arguments
    words = [word for word in arguments if word != "--kvm"] or ["3"]
    if len(words) != 1 or not re.fullmatch(r"[0-9]+", words[0]) or \
            not 1 <= int(words[0]) <= settings.MOST_HOSTS:
        raise LabError(f"up takes a number of hosts from 1 to {settings.MOST_HOSTS}, and --kvm")
    preflight.check()
    with settings.locked():
        if Settings.load() is None:  # somebody may have removed a lab's files
            end_all()
        chosen = Settings.ensure(kvm)
        if kvm and not chosen.kvm:
            raise LabError("this lab was made for emulated guests: 'tools/lab down' comes first")
        make(int(words[0]), chosen)


def make(count, chosen):
    control = space.control()
    hosts = [space.Space(f"lab{n}") for n in range(1, count + 1)]
    hosts += [host for host in space.hosts() if host.number > count]
    temporary = settings.DIRECTORY / "tmp"  # what a killed call leaves there goes with the lab
    temporary.mkdir(exist_ok=True)
    os.environ["TMPDIR"] = str(temporary)
    step("guest image")
    guest_image.path()
    step("control plane")
    known = wires.addresses(chosen, settings.MOST_HOSTS)
    control.ensure_on(False, known)
    daemons.ensure_control(control, chosen)
    started = {}
    for host in hosts:
        step(host.name)
        host.ensure_on(chosen.kvm, known)
        started[host] = daemons.ensure_host(control, host, chosen)
    step("project, user, image, flavors, network, key pair")
    admin = contents.log_in(chosen)
    contents.ensure(admin, chosen)
    step("hosts report to the control plane")
    daemons.wait_until_up(admin, started)
    step("ready")
    print(GUIDE.format(count=len(hosts), url=chosen.url, top=settings.TOP, openrc=contents.OPENRC,
                       admin=contents.ADMIN_OPENRC, clouds=contents.CLOUDS, key=contents.KEY,
                       image=contents.IMAGE, network=contents.NETWORK))


GUIDE = """
A cloud of {count} hosts runs. API: {url}/identity/v3
  logins       {openrc} (user demo), {admin};
               {clouds} (clouds lab, lab-admin)
  a server     source {openrc}
               openstack server create --image {image} --flavor m1.tiny --network {network} \\
                 --key-name lab --wait first
  its SSH      ssh -i {key} root@ADDRESS
  go on        {top}/tools/lab status | exec lab1 bash | kill lab1 host | heal lab1 | down"""


def end_all():
    for one in (*space.hosts(), space.control()):
        one.switch_off()
    groups.remove_all()
    wires.remove_machine_link()


def down():
    preflight.check_user()
    with settings.locked():
        step("hosts")
        end_all()
        step("files")
        for entry in settings.DIRECTORY.iterdir():
            if entry == settings.CACHE:
                continue
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        if not any(settings.DIRECTORY.iterdir()):
            settings.DIRECTORY.rmdir()
    step("everything is removed")


def run_in(name, *command):
    target = space.find(name)
    argv = target.enter(*command)
    target.join()
    os.execvp(argv[0], argv)


def kill(name, what):
    daemons_of = {"virgad": "virgad"} if name == "control" else \
        {"agent": "virga-agent", "libvirtd": "libvirtd"}
    target = space.find(name)
    if what not in (*daemons_of, "host"):
        raise LabError(f"what can be killed on {name} is {', '.join(daemons_of)} or host")
    with settings.locked():
        if what == "host":
            target.switch_off()
        else:
            target.inside("kill", daemons_of[what])


def partition(name):
    host = space.find(name)
    if name == "control":
        raise LabError("control has no cables of its own; partition its hosts")
    with settings.locked():
        wires.unplug(space.control(), host)


def freeze(name):
    with settings.locked():
        space.find(name).inside("freeze")


def heal(name):
    """What `up` does, for one host; hosts in other trouble stay in it."""
    preflight.check()
    chosen, target = require_lab(), space.find(name)
    control = space.control()
    known = wires.addresses(chosen, settings.MOST_HOSTS)
    with settings.locked():
        renewed = control.ensure_on(False, known)
        daemons.ensure_control(control, chosen)
        if target.name != "control":
            target.ensure_on(chosen.kvm, known)
            started = {target: daemons.ensure_host(control, target, chosen)}
            daemons.wait_until_up(contents.log_in(chosen), started)
        for other in space.hosts():
            if renewed and other.pid() is not None:  # all cables went with the switch
                wires.plug(control, other, chosen)


def show_status():
    status.show(require_lab())


# Verb: (what it does, fewest words, most words).
VERBS = {"up": (up, 0, 2), "down": (down, 0, 0), "exec": (run_in, 2, None),
         "status": (show_status, 0, 0), "kill": (kill, 2, 2), "partition": (partition, 1, 1),
         "freeze": (freeze, 1, 1), "heal": (heal, 1, 1)}


def call(words):
    verb, least, most = VERBS.get(words[0], (None, 0, None))
    if verb is None:
        raise LabError(f"'{words[0]}' is unknown; see --help")
    given = len(words) - 1
    if given < least or (most is not None and given > most):
        raise LabError(f"'{words[0]}' takes other words; see --help")
    verb(*words[1:])


def main(words, manual):
    if not words or words[0] in ("-h", "--help"):
        print(manual)
        return 0 if words else 2
    try:
        call(words)
    except BrokenPipeError:  # who reads our words has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except (LabError, AssertionError, OSError) as problem:
        print(f"lab: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
