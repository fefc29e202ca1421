internal import CEL

/// A process's name and unit. Never its command line, environment or memory map: reading those can
/// wait for the process's memory lock.
struct ProcessInfo: Sendable {
  /// `/proc/PID/comm`, at most 15 bytes of the process's own choice; not for a terminal as it is.
  var name: Reading<String>
  var membership: Reading<ControlGroupMembership>

  static func read(_ pid: Int32, _ root: HostRoot) -> ProcessInfo {
    ProcessInfo(
      // A name may hold line feeds; only the one that the kernel adds goes.
      name: root.text("/proc/\(pid)/comm").flatMap { text, origin in
        .value(text.utf8.last == UInt8(ascii: "\n") ? String(text.dropLast()) : text, origin)
      },
      membership: root.text("/proc/\(pid)/cgroup").flatMap { text, origin in
        .value(ControlGroupMembership(text), origin)
      })
  }

  var group: Reading<ControlGroup> {
    membership.flatMap { membership, origin in .value(membership.group, origin) }
  }

  var unit: Reading<String> {
    group.flatMap { group, origin in
      if let unit = group.unit { return .value(unit, origin) }
      if let container = group.container {
        return .absent("no unit owns it: it runs in container \(container.prefix(12))")
      }
      return .absent("no unit owns it")
    }
  }

  /// A user's systemd, which holds sockets for that user's units.
  var isUserManager: Bool {
    guard name.value == "systemd", let group = group.value?.unit else { return false }
    return group.hasPrefix("user@")
  }
}
