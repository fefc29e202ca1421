internal import CEL
internal import Glibc

/// A process's name and unit. Never its command line, environment or memory map: reading those can
/// wait for the process's memory lock.
struct ProcessInfo: Sendable {
  /// `/proc/PID/comm`, at most 15 bytes of the process's own choice; not for a terminal as it is.
  var name: Reading<String>
  var membership: Reading<ControlGroupMembership>
  /// Seconds after boot when it began.
  var started: Reading<Double>

  static func read(_ pid: Int32, _ root: HostRoot) -> ProcessInfo {
    ProcessInfo(
      // A name may hold line feeds; only the one that the kernel adds goes.
      name: root.text("/proc/\(pid)/comm").flatMap { text, origin in
        .value(text.utf8.last == UInt8(ascii: "\n") ? String(text.dropLast()) : text, origin)
      },
      membership: root.text("/proc/\(pid)/cgroup").flatMap { text, origin in
        .value(ControlGroupMembership(text), origin)
      },
      started: root.text("/proc/\(pid)/stat").flatMap { text, origin in
        started(text).map { .value($0, origin) }
          ?? .unavailable(.init("'/proc/\(pid)/stat' does not tell when the process began"))
      })
  }

  /// The twenty-second field of `/proc/PID/stat`, in clock ticks. The second is the name between
  /// parentheses, which may hold blanks and parentheses itself (proc(5)).
  static func started(_ stat: String) -> Double? {
    guard let name = stat.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = words(stat[stat.utf8.index(after: name)...])
    guard fields.count > 19, let ticks = UInt64(fields[19]) else { return nil }
    return Double(ticks) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
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
