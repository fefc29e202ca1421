internal import Glibc

/// Where a table ends.
struct ProcNetEnd: Sendable {
  private let live: Bool
  private let deadline: Deadline
  /// The deadline passed before the end of the table.
  private(set) var isCutShort = false
  /// One page less more than any row takes: 150 bytes for tcp, up to 180 for tcp6.
  private let fullRead = sysconf(Int32(_SC_PAGESIZE)) - 256

  init(live: Bool, deadline: Deadline) {
    self.live = live
    self.deadline = deadline
  }

  /// read(2) gives whole rows of at most one page. At the end of a table that grows the kernel
  /// falls back to a walk by index, tcp_seek_last_pos(), repeats rows, and may never give 0: on the
  /// running system a read with room left for another row is the end.
  mutating func wantsMore(after count: Int) -> Bool {
    if live && count < fullRead { return false }
    isCutShort = deadline.hasPassed
    return !isCutShort
  }
}
