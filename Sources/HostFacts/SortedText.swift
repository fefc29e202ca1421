/// Entries of a constant text, looked up where they stand: to make a dictionary of some hundred takes
/// longer than all that a run asks of it.
///
/// An entry is what stands between line feeds or, in a list of words, between blanks. Its key is its
/// first word, and the entries are in the order of their bytes.
struct SortedText: Sendable {
  private let text: StaticString
  private let isListOfWords: Bool

  /// - Parameter isListOfWords: whether blanks part entries too.
  init(_ text: StaticString, isListOfWords: Bool = false) {
    self.text = text
    self.isListOfWords = isListOfWords
  }

  func contains(_ key: String) -> Bool { endOfKey(key) != nil }

  /// What follows a key in its entry; nil where there is no such entry.
  func rest(of key: String) -> String? {
    guard let end = endOfKey(key) else { return nil }
    let bytes = unsafe Span(_unsafeElements: self.bytes)
    return Self.string(bytes, end..<endOfEntry(bytes, from: end))
  }

  /// The entries whose keys are asked for, in order, with what follows each.
  func entries(where isWanted: (Span<UInt8>) -> Bool = { _ in true }) -> [(
    key: String, rest: String
  )] {
    let bytes = unsafe Span(_unsafeElements: self.bytes)
    var entries: [(key: String, rest: String)] = []
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, !Self.endsKey(bytes[end]) { end += 1 }
      let endOfEntry = endOfEntry(bytes, from: end)
      if end > start, isWanted(bytes.extracting(start..<end)) {
        entries.append(
          (Self.string(bytes, start..<end), Self.string(bytes, end..<endOfEntry)))
      }
      start = endOfEntry + 1
    }
    return entries
  }

  // MARK: Bytes

  // Safe: the text is part of the program.
  private var bytes: UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// By halving; nil where there is no such key.
  private func endOfKey(_ key: String) -> Int? {
    guard !key.isEmpty else { return nil }
    let key = key.utf8.span
    let bytes = unsafe Span(_unsafeElements: self.bytes)
    var low = 0
    var high = bytes.count
    while low < high {
      var start = (low + high) / 2
      while start > low, !endsEntry(bytes[start - 1]) { start -= 1 }
      var end = start
      var order = 0
      while order == 0 {
        // Of two keys one of which begins with the other, the shorter is the lesser.
        let byte = end < bytes.count && !Self.endsKey(bytes[end]) ? Int(bytes[end]) : -1
        let wanted = end - start < key.count ? Int(key[end - start]) : -1
        if byte == -1 && wanted == -1 { return end }
        order = wanted - byte
        end += 1
      }
      if order < 0 { high = start } else { low = endOfEntry(bytes, from: end - 1) + 1 }
    }
    return nil
  }

  private func endOfEntry(_ bytes: Span<UInt8>, from start: Int) -> Int {
    var end = start
    while end < bytes.count, !endsEntry(bytes[end]) { end += 1 }
    return end
  }

  private func endsEntry(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || isListOfWords && byte == UInt8(ascii: " ")
  }

  private static func endsKey(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: " ")
  }

  private static func string(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    // Safe: the text is a literal, so that it is UTF-8, and entries and keys end at whole characters.
    unsafe String(copying: UTF8Span(unchecked: bytes.extracting(range)))
  }
}
