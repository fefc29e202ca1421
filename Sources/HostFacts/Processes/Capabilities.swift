internal import Glibc

/// The effective capabilities of the calling thread, capabilities(7).
struct Capabilities: Sendable {
  private let bits: UInt64

  /// Those that matter here, by their numbers in linux/capability.h.
  private enum Number {
    static let readAnyDirectory: UInt64 = 2  // CAP_DAC_READ_SEARCH
    static let bindAnyPort: UInt64 = 10  // CAP_NET_BIND_SERVICE
    static let traceAnyProcess: UInt64 = 19  // CAP_SYS_PTRACE
  }

  /// Reads the line `CapEff` of `/proc/thread-self/status`; nil where it is not there.
  init?(status: String) {
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
      let bits = UInt64(line.dropFirst("CapEff:".count).drop { $0 == "\t" || $0 == " " }, radix: 16)
    else { return nil }
    self.bits = bits
  }

  static func effective(_ root: HostRoot) -> Capabilities? {
    root.text("/proc/thread-self/status").value.flatMap(Capabilities.init(status:))
  }

  /// Whether it may trace any process, and so sees all of `/proc` whatever `hidepid` says.
  var includesTracing: Bool { bits & 1 << Number.traceAnyProcess != 0 }

  /// Whether it may bind privileged ports.
  var includesBindingPorts: Bool { bits & 1 << Number.bindAnyPort != 0 }

  /// Whether nothing more can be granted for looking into other processes; where one refuses all
  /// the same, a security module or a sandbox stands behind it.
  var includesReadingProcesses: Bool {
    let needed: UInt64 = 1 << Number.readAnyDirectory | 1 << Number.traceAnyProcess
    return bits & needed == needed
  }
}
