internal import CEL

/// Whether a kernel has what a configuration gives, however the two are written: blanks, tabs, the
/// base of numbers, ports listed singly or as ranges.
enum SysctlComparison {
  /// - Parameters:
  ///   - configured: as it is written.
  ///   - running: as `/proc/sys` shows it.
  static func same(_ key: SysctlKey, configured: [UInt8], running: String) -> Bool {
    let running = Array(running.utf8).trimmingBlanks
    let configured = configured.trimmingBlanks
    if configured == running { return true }
    if let kind = SysctlCatalog.entry(for: key.dotted)?.kind {
      switch kind {
      case .string: return false
      case .portSet:
        guard let left = SysctlRefusal.ports(configured), let right = SysctlRefusal.ports(running)
        else { return false }
        return portSet(left) == portSet(right)
      case .integer, .integers, .portRange:
        return sameNumbers(configured, running, atMost: kind.numbers)
      }
    }
    let words = running.split(whereSeparator: isBlank).count
    if KernelNumber.list(running, atMost: words).count == words, words > 0 {
      return sameNumbers(configured, running, atMost: words)
    }
    return configured.split(whereSeparator: isBlank).elementsEqual(
      running.split(whereSeparator: isBlank), by: { $0.elementsEqual($1) })
  }

  /// The kernel leaves numbers alone that are not written, and ignores what is written beyond.
  private static func sameNumbers(_ left: [UInt8], _ right: [UInt8], atMost count: Int) -> Bool {
    let configured = KernelNumber.list(left, atMost: count).map(\.value)
    let running = KernelNumber.list(right, atMost: count).map(\.value)
    return !configured.isEmpty && configured == Array(running.prefix(configured.count))
  }

  private static func portSet(_ ranges: [ClosedRange<Int>]) -> IntegerSet {
    IntegerSet(ranges.map { Int64($0.lowerBound)...Int64($0.upperBound) })
  }
}
