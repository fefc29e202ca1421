@testable import HostFacts

/// Small files of `/proc`: counters, socket totals, the kernel's release, control groups, mounts.
/// Each input is given to every parser; what one of them makes of another's file is worth knowing.
enum KernelTextTarget {
  static func run(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let words = text.utf8.count
    require(Netstat.parse(text).values.reduce(0) { $0 + $1.count } <= words, "counters")
    require(Netstat.parseConntrack(text).count <= words, "columns")
    require(ProcessInfo.started(text).map { $0 >= 0 } ?? true, "a start before the boot")
    require(Sockstat.parse(text).values.reduce(0) { $0 + $1.count } <= words, "totals")
    require(MountInfo.parse(text).count <= lines(text).count, "mounts")
    release(text)
    group(text)
  }

  private static func release(_ text: String) {
    guard let release = KernelRelease(text) else { return }
    require(release.major >= 0 && release.minor >= 0 && release.patch >= 0, "\(release)")
    if let version = KernelVersion(release: release.release) {
      require(version == release.version, "\(version) is not \(release.version)")
    }
  }

  /// A unit's name goes into subjects and remedies: it holds nothing but what systemd allows.
  private static func group(_ text: String) {
    let membership = ControlGroupMembership(text)
    let group = membership.group
    if let unit = group.unit {
      require(unit.utf8.count < 256, "\(unit.utf8.count) bytes of unit")
      require(unit.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2f }, unit)
    }
    require((group.container?.utf8.count ?? 64) == 64, group.container ?? "")
    require(membership.networkClasses.count == 2, "net_cls and net_prio")
  }
}
