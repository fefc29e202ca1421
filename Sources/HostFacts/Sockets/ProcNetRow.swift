/// The fields that rows of `/proc/net/{tcp,tcp6,udp,udp6}` share. See ``ProcNetText``.
///
/// Digits are decoded eight at a time with loads that check their bounds: this is the loop that
/// a million sockets go through.
enum ProcNetRow {
  /// Fills `row` from the text at `start`; the index behind the inode, or nil where it is no row.
  /// `width` is that of an address: 8 or 32. Never goes beyond the row's newline.
  @inline(__always)
  static func parse(
    _ bytes: RawSpan, from start: Int, width: Int, into row: inout SocketRow
  ) -> Int? {
    // From the colon of `sl` to the space behind RETRANS.
    let fixed = 2 &* width &+ 55
    guard bytes.byteCount &- start >= 8 &+ fixed else {
      return nil
    }
    // `sl` takes at least four columns, and seven digits for ten million rows.
    let marks = bytes.text64(start) ^ repeated(colon)
    let colons = (marks &- repeated(1)) & ~marks & repeated(0x80)
    guard colons != 0 else { return nil }
    let q = start &+ colons.trailingZeroBitCount &>> 3

    // Columns counted from that colon.
    let localPort = width &+ 3
    let remote = width &+ 8
    let remotePort = 2 &* width &+ 9
    let state = 2 &* width &+ 14
    var bad: UInt64 = 0
    bad |= UInt64(bytes.byte(q &+ localPort &- 1) ^ colon)
    bad |= UInt64(bytes.byte(q &+ remotePort &- 1) ^ colon)
    bad |= UInt64(bytes.byte(q &+ state &- 1) ^ space)
    bad |= UInt64(bytes.byte(q &+ state &+ 2) ^ space)
    bad |= UInt64(bytes.byte(q &+ state &+ 11) ^ colon)
    bad |= UInt64(bytes.byte(q &+ state &+ 20) ^ space)
    bad |= UInt64(bytes.byte(q &+ state &+ 23) ^ colon)
    bad |= UInt64(bytes.byte(q &+ state &+ 32) ^ space)
    bad |= UInt64(bytes.byte(q &+ fixed) ^ space)

    if width == 8 {
      row.localAddress = InetAddress(
        ipv4: UInt32(bigEndian: hexadecimal32(bytes.text64(q &+ 2), &bad)))
      row.remoteAddress = InetAddress(
        ipv4: UInt32(bigEndian: hexadecimal32(bytes.text64(q &+ remote), &bad)))
    } else {
      row.localAddress = ipv6(bytes, q &+ 2, &bad)
      row.remoteAddress = ipv6(bytes, q &+ remote, &bad)
    }
    // Two numbers of four digits, and two of two, at once.
    let ports = hexadecimal32(
      UInt64(bytes.text32(q &+ localPort)) | UInt64(bytes.text32(q &+ remotePort)) &<< 32, &bad)
    row.localPort = UInt16(truncatingIfNeeded: ports &>> 16)
    row.remotePort = UInt16(truncatingIfNeeded: ports)
    let codes = hexadecimal32(
      UInt64(bytes.text16(q &+ state)) | UInt64(bytes.text16(q &+ state &+ 21)) &<< 16
        | 0x3030_3030_0000_0000, &bad)
    row.timer = UInt8(truncatingIfNeeded: codes &>> 16)
    row.sendQueue = hexadecimal32(bytes.text64(q &+ state &+ 3), &bad)
    row.receiveQueue = hexadecimal32(bytes.text64(q &+ state &+ 12), &bad)
    let remaining = hexadecimal32(bytes.text64(q &+ state &+ 24), &bad)
    // USER_HZ is 100 on every architecture that Linux still has.
    row.remaining = remaining < 429_496_729 ? remaining &* 10 : .max
    guard bad == 0, let known = SocketState(rawValue: UInt8(truncatingIfNeeded: codes &>> 24))
    else { return nil }
    row.state = known

    var index = q &+ fixed
    guard let uid = bytes.nextDecimal(&index), uid <= UInt32.max,
      bytes.nextDecimal(&index) != nil,
      let inode = bytes.nextDecimal(&index)
    else { return nil }
    row.uid = UInt32(truncatingIfNeeded: uid)
    row.inode = inode
    return index
  }

  @inline(__always)
  private static func ipv6(_ bytes: RawSpan, _ start: Int, _ bad: inout UInt64) -> InetAddress {
    var words: (UInt32, UInt32, UInt32, UInt32)
    words.0 = UInt32(bigEndian: hexadecimal32(bytes.text64(start), &bad))
    words.1 = UInt32(bigEndian: hexadecimal32(bytes.text64(start &+ 8), &bad))
    words.2 = UInt32(bigEndian: hexadecimal32(bytes.text64(start &+ 16), &bad))
    words.3 = UInt32(bigEndian: hexadecimal32(bytes.text64(start &+ 24), &bad))
    return InetAddress(
      high: UInt64(words.0) &<< 32 | UInt64(words.1), low: UInt64(words.2) &<< 32 | UInt64(words.3))
  }

  /// Eight upper-case hexadecimal digits, the first in the lowest byte, as a number. `bad` becomes
  /// nonzero where one is none.
  @inline(__always)
  static func hexadecimal32(_ text: UInt64, _ bad: inout UInt64) -> UInt32 {
    // '0'…'9' have bit 6 clear, 'A'…'F' have it set and count from 1.
    let digits = (text & repeated(0x0f)) &+ 9 &* ((text &>> 6) & repeated(1))
    // Written back as text they must be what they came from.
    let back =
      digits &+ repeated(zero) &+ 7 &* (((digits &+ repeated(6)) &>> 4) & repeated(1))
    bad |= (back ^ text) | (digits & repeated(0xf0))
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

  /// Index of the first such byte from `start` on.
  @inline(__always)
  func firstIndex(of byte: UInt8, from start: Int) -> Int? {
    var index = start
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
    // None, or too many for one load.
    guard length > 0, length < 8 else { return nextDecimalByBytes(&index) }
    let end = byte(index &+ length)
    guard end == space || end == newline else { return nil }
    index &+= length
    var digits = (text &<< UInt64(64 &- 8 &* length)) & repeated(0x0f)
    digits = (digits &* 10 &+ digits &>> 8) & 0x00ff_00ff_00ff_00ff
    digits = (digits &* 100 &+ digits &>> 16) & 0x0000_ffff_0000_ffff
    return (digits &* 10_000 &+ digits &>> 32) & 0xffff_ffff
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
