import CEL

@testable import HostFacts

/// The text of a file below `/proc/sys`, read as each kind of value; and as the name of one.
enum SysctlTarget {
  private static let kinds: [SysctlEntry.Kind] = [
    .integer, .portRange, .portSet, .integers(count: 3), .string,
  ]

  static func run(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    for kind in kinds {
      guard let value = SysctlValue(text, kind: kind) else { continue }
      require(SysctlValue(written(value), kind: kind) == value, "\(value) does not read back")
      switch value {
      case .integer, .string: break
      case .integers(let numbers): require(numbers.count == 3, "\(numbers)")
      case .portRange(let range):
        require((1...65536).contains(range.size), "\(range)")
      case .portSet(let ports):
        require(ports.count <= 65536, "\(ports.count) ports")
        require(!ports.contains(-1) && !ports.contains(65536), "\(ports)")
      }
    }
    _ = SysctlNames.status(of: text, on: KernelVersion(6, 12))
    let path = ProcSys.path(of: text)
    require(path.utf8.starts(with: "/proc/sys/".utf8), path)
  }

  /// As the kernel writes it.
  private static func written(_ value: SysctlValue) -> String {
    switch value {
    case .integer(let number): "\(number)\n"
    case .portRange(let range): "\(range.first)\t\(range.last)\n"
    case .portSet(let ports):
      ports.ranges.map { range in
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
      }.joined(separator: ",") + "\n"
    case .integers(let numbers): numbers.map(String.init).joined(separator: "\t") + "\n"
    case .string(let text): text + "\n"
    }
  }
}
