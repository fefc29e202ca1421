/// Reads the fields that rows of `/proc/net/{tcp,tcp6,udp,udp6}` share. See ``ProcNetText``.
///
/// This is the loop that a million sockets go through. It holds all columns against what may stand in
/// them, sixteen at a time, and then decodes eight digits at a time without looking again: what a sink
/// does not use costs nothing where the compiler sees both.
struct ProcNetRow: Sendable {
  /// From the row's start to the colon of `sl`.
  private var colonAt = 4
  /// From the row's start to its newline; rows of tcp are padded to one width.
  private var newlineAt = 149
  private let columns: ProcNetColumns

  init(isIPv6: Bool) { columns = ProcNetColumns(isIPv6: isIPv6) }

  /// Fills `row` from the text at `start`; what stands between its inode and its newline, or nil where
  /// it is no row, or not whole. `width` is that of an address: 8 or 32. What stands before the colon
  /// is not looked at, and a line of a few bytes may pass for a part of it.
  @inline(__always)
  mutating func parse(
    _ bytes: RawSpan, from start: Int, width: Int, into row: inout SocketRow
  ) -> Range<Int>? {
    // `sl` takes at least four columns, and seven digits for ten million rows; two addresses and
    // the port between them, and what follows up to the space behind RETRANS.
    let fixed = 2 &* width &+ 8
    guard bytes.byteCount &- start >= 8 &+ fixed &+ 48 else { return nil }
    if bytes.byte(start &+ colonAt) != colon {
      let marks = bytes.text64(start) ^ repeated(colon)
      let colons = (marks &- repeated(1)) & ~marks & repeated(0x80)
      guard colons != 0 else { return nil }
      colonAt = colons.trailingZeroBitCount &>> 3
    }
    let head = start &+ colonAt
    guard columns.areIn(bytes, from: head, count: fixed &+ 48) else { return nil }

    // `:PPPP ST TTTTTTTT:RRRRRRRR TR:WWWWWWWW XXXXXXXX `, eight columns each.
    let tail = bytes.text384(head &+ fixed)
    // Two numbers of two digits, and two of four, at once.
    let codes = Self.hexadecimal32(
      (tail.0 &>> 16) & 0xffff_0000_0000 | (tail.3 &<< 24) & 0xffff_0000_0000_0000)
    guard let state = SocketState(number: UInt8(truncatingIfNeeded: codes &>> 8)) else {
      return nil
    }
    row.state = state
    row.timer = UInt8(truncatingIfNeeded: codes)
    let ports = Self.hexadecimal32(
      UInt64(bytes.text32(head &+ width &+ 3)) | (tail.0 &<< 24) & 0xffff_ffff_0000_0000)
    row.localPort = UInt16(truncatingIfNeeded: ports &>> 16)
    row.remotePort = UInt16(truncatingIfNeeded: ports)
    if width == 8 {
      row.localAddress = Self.ipv4(bytes, head &+ 2)
      row.remoteAddress = Self.ipv4(bytes, head &+ 16)
    } else {
      row.localAddress = Self.ipv6(bytes, head &+ 2)
      row.remoteAddress = Self.ipv6(bytes, head &+ 40)
    }
    row.sendQueue = Self.hexadecimal32(tail.1 &>> 8 | tail.2 &<< 56)
    row.receiveQueue = Self.hexadecimal32(tail.2 &>> 16 | tail.3 &<< 48)
    let ticks = Self.hexadecimal32(tail.3 &>> 48 | tail.4 &<< 16)
    // USER_HZ is 100 on every architecture that Linux still has.
    row.remaining = ticks < 429_496_729 ? ticks &* 10 : .max
    guard let afterInode = parseNumbers(bytes, from: head &+ fixed &+ 47, into: &row) else {
      return nil
    }
    var end = start &+ newlineAt
    if !bytes.isFirst(newline, at: end, from: afterInode) {
      guard let other = bytes.firstIndex(of: newline, from: afterInode) else { return nil }
      newlineAt = other &- start
      end = other
    }
    return afterInode..<end
  }

  /// `uid timeout inode`, from the space before them.
  @inline(__always)
  private func parseNumbers(
    _ bytes: RawSpan, from start: Int, into row: inout SocketRow
  ) -> Int? {
    var index = start
    // ` UUUUU  ` and `      0 `: a uid of at most five digits, and no timeout.
    if bytes.byteCount &- start >= 16, bytes.text64(start &+ 8) == 0x2030_2020_2020_2020,
      let uid = Self.paddedUID(bytes.text64(start))
    {
      row.uid = uid
      index = start &+ 16
    } else {
      guard let uid = bytes.nextDecimal(&index), uid <= UInt32.max,
        bytes.nextDecimal(&index) != nil
      else { return nil }
      row.uid = UInt32(truncatingIfNeeded: uid)
    }
    guard let inode = bytes.nextDecimal(&index) else { return nil }
    row.inode = inode
    return index
  }

  /// The number in ` UUUUU  `, right-aligned; nil where it looks otherwise. Without a branch for
  /// each digit: how many there are is as good as random from row to row.
  @inline(__always)
  private static func paddedUID(_ text: UInt64) -> UInt32? {
    let columns = text &>> 8 & 0xff_ffff_ffff
    // Digits have the bit 0x10, spaces have not; without 0x30 and 0x20 their values remain.
    let isDigit = columns &>> 4 & 0x01_0101_0101
    let values = columns ^ (isDigit &<< 4 | 0x20_2020_2020)
    var bad = (values | values &+ 0x06_0606_0606) & 0xf0_f0f0_f0f0
    bad |= values & ~(isDigit &* 0x0f)
    // A digit comes last, and nothing else behind a digit.
    bad |= (isDigit ^ isDigit &>> 8) & isDigit & 0x00_0101_0101
    bad |= (isDigit ^ 0x01_0000_0000) & 0x01_0000_0000
    bad |= (text ^ 0x2020_0000_0000_0020) & 0xffff_0000_0000_00ff
    return bad == 0 ? RawSpan.number(ofDigits: values &<< 24) : nil
  }

  @inline(__always)
  private static func ipv4(_ bytes: RawSpan, _ start: Int) -> InetAddress {
    InetAddress(ipv4: UInt32(bigEndian: hexadecimal32(bytes.text64(start))))
  }

  @inline(__always)
  private static func ipv6(_ bytes: RawSpan, _ start: Int) -> InetAddress {
    var words: (UInt32, UInt32, UInt32, UInt32)
    words.0 = UInt32(bigEndian: hexadecimal32(bytes.text64(start)))
    words.1 = UInt32(bigEndian: hexadecimal32(bytes.text64(start &+ 8)))
    words.2 = UInt32(bigEndian: hexadecimal32(bytes.text64(start &+ 16)))
    words.3 = UInt32(bigEndian: hexadecimal32(bytes.text64(start &+ 24)))
    return InetAddress(
      high: UInt64(words.0) &<< 32 | UInt64(words.1), low: UInt64(words.2) &<< 32 | UInt64(words.3))
  }

  /// Eight upper-case hexadecimal digits, the first in the lowest byte, as a number.
  @inline(__always)
  static func hexadecimal32(_ text: UInt64) -> UInt32 {
    // '0'…'9' have bit 6 clear, 'A'…'F' have it set and count from 1.
    let digits = (text & repeated(0x0f)) &+ 9 &* ((text &>> 6) & repeated(1))
    var number = ((digits &<< 4) | (digits &>> 8)) & 0x00ff_00ff_00ff_00ff
    number = (number | number &>> 8) & 0x0000_ffff_0000_ffff
    return UInt32(truncatingIfNeeded: number | number &>> 16).byteSwapped
  }
}

private let newline = UInt8(ascii: "\n")
private let colon = UInt8(ascii: ":")
private let space = UInt8(ascii: " ")
private let zero = UInt8(ascii: "0")

/// A byte in all eight places.
@inline(__always)
private func repeated(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

extension RawSpan {
  // Text as numbers with the first byte lowest, whatever this machine's order.
  @inline(__always) func text16(_ index: Int) -> UInt16 { UInt16(littleEndian: native16(index)) }

  @inline(__always) func text32(_ index: Int) -> UInt32 { UInt32(littleEndian: native32(index)) }

  @inline(__always) func text64(_ index: Int) -> UInt64 { UInt64(littleEndian: native64(index)) }

  /// Six numbers of eight bytes each, in one load.
  @inline(__always)
  func text384(_ index: Int) -> (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) {
    typealias Words = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
    let words = unsafe unsafeLoadUnaligned(fromByteOffset: index, as: Words.self)
    return (
      UInt64(littleEndian: words.0), UInt64(littleEndian: words.1), UInt64(littleEndian: words.2),
      UInt64(littleEndian: words.3), UInt64(littleEndian: words.4), UInt64(littleEndian: words.5)
    )
  }

  /// Index of the first such byte from `start` on.
  @inline(__always)
  func firstIndex(of byte: UInt8, from start: Int) -> Int? {
    var index = start
    // Four loads at a time; a row ends within two rounds of them.
    let wanted = SIMD16<UInt8>(repeating: byte)
    while byteCount &- index >= 32 {
      let first = unsafe unsafeLoadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
      let second = unsafe unsafeLoadUnaligned(fromByteOffset: index &+ 16, as: SIMD16<UInt8>.self)
      if any((first .== wanted) .| (second .== wanted)) { break }
      index &+= 32
    }
    while byteCount &- index >= 8 {
      let marks = text64(index) ^ repeated(byte)
      let found = (marks &- repeated(1)) & ~marks & repeated(0x80)
      if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < byteCount {
      if self.byte(index) == byte { return index }
      index &+= 1
    }
    return nil
  }

  /// A number of digits only; nil for none, or more than 18 of them.
  @inline(__always)
  func decimal(_ range: Range<Int>) -> UInt64? {
    guard !range.isEmpty, range.count <= 18 else { return nil }
    var value: UInt64 = 0
    for index in range { value = value &* 10 &+ UInt64(byte(index) &- zero) }
    return value
  }

  /// Skips spaces and reads a number, which a space or the end of the line must follow.
  @inline(__always)
  func nextDecimal(_ index: inout Int) -> UInt64? {
    while true {
      guard byteCount &- index >= 8 else { return nextDecimalByBytes(&index) }
      let spaces = text64(index) ^ repeated(space)
      if spaces != 0 {
        index &+= spaces.trailingZeroBitCount &>> 3
        break
      }
      index &+= 8
    }
    guard byteCount &- index >= 8 else { return nextDecimalByBytes(&index) }
    // Where a byte is no digit, its high nibble, or that of it plus six, is not three.
    let text = text64(index)
    let others =
      (text & repeated(0xf0) ^ repeated(0x30))
      | ((text &+ repeated(6)) & repeated(0xf0) ^ repeated(0x30))
    let length = others.trailingZeroBitCount &>> 3
    guard length > 0 else { return nil }
    var number = UInt64(
      Self.number(ofDigits: (text &<< UInt64(64 &- 8 &* length)) & repeated(0x0f)))
    index &+= length
    // Inodes have more of them on a host that has had many sockets; no number has more than 18.
    if length == 8 {
      let last = index &+ 10
      while index < min(last, byteCount), byte(index) &- zero < 10 {
        number = number &* 10 &+ UInt64(byte(index) &- zero)
        index &+= 1
      }
    }
    guard index < byteCount, byte(index) == space || byte(index) == newline else { return nil }
    return number
  }

  /// The number that eight decimal digits make, the first in the lowest byte.
  @inline(__always)
  static func number(ofDigits digits: UInt64) -> UInt32 {
    let pairs = (digits &* 10 &+ digits &>> 8) & 0x00ff_00ff_00ff_00ff
    let fours = (pairs &* 100 &+ pairs &>> 16) & 0x0000_ffff_0000_ffff
    return UInt32(truncatingIfNeeded: fours &* 10_000 &+ fours &>> 32)
  }

  @inline(never)
  private func nextDecimalByBytes(_ index: inout Int) -> UInt64? {
    while index < byteCount && byte(index) == space { index &+= 1 }
    let start = index
    while index < byteCount && byte(index) &- zero < 10 { index &+= 1 }
    guard index < byteCount, byte(index) == space || byte(index) == newline else { return nil }
    return decimal(start..<index)
  }
}
