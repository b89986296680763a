#include <algorithm>
#include <array>

#include "codec/text/encoding.h"

// The names under which encodings are declared. Those that iconv reads are listed one by one: a name from
// outside never reaches the C library as it is (engine/decisions/0009).

namespace pulter::text {

namespace {

struct Label {
  std::string_view label;  ///< lower case, without - and _
  DeclaredEncoding declared;
};

constexpr DeclaredEncoding ours(Encoding encoding, std::string_view name) {
  return {name, encoding, {}};
}
constexpr DeclaredEncoding iconv(std::string_view name, std::string_view iconv_name) {
  return {name, Encoding::by_iconv, iconv_name};
}

constexpr DeclaredEncoding utf8 = ours(Encoding::utf8, "utf-8");
constexpr DeclaredEncoding utf16le = ours(Encoding::utf16le, "utf-16le");
constexpr DeclaredEncoding utf16be = ours(Encoding::utf16be, "utf-16be");
constexpr DeclaredEncoding utf32le = ours(Encoding::utf32le, "utf-32le");
constexpr DeclaredEncoding utf32be = ours(Encoding::utf32be, "utf-32be");
constexpr DeclaredEncoding windows1252 = ours(Encoding::windows1252, "windows-1252");
constexpr DeclaredEncoding windows1254 = iconv("windows-1254", "CP1254");
constexpr DeclaredEncoding windows874 = iconv("windows-874", "CP874");
constexpr DeclaredEncoding shift_jis = iconv("shift_jis", "CP932");
constexpr DeclaredEncoding euc_jp = iconv("euc-jp", "EUC-JP-MS");
constexpr DeclaredEncoding gb18030 = iconv("gb18030", "GB18030");
constexpr DeclaredEncoding big5 = iconv("big5", "BIG5-HKSCS");
constexpr DeclaredEncoding euc_kr = iconv("euc-kr", "UHC");

constexpr std::array labels = {
    Label{"utf8", utf8},
    Label{"utf16", utf16le},
    Label{"utf16le", utf16le},
    Label{"utf16be", utf16be},
    Label{"utf32", utf32le},
    Label{"utf32le", utf32le},
    Label{"utf32be", utf32be},
    Label{"windows1252", windows1252},
    Label{"cp1252", windows1252},
    Label{"iso88591", windows1252},
    Label{"latin1", windows1252},
    Label{"l1", windows1252},
    Label{"ibm819", windows1252},
    Label{"cp819", windows1252},
    Label{"msansi", windows1252},
    Label{"ascii", windows1252},
    Label{"usascii", windows1252},
    Label{"windows1250", iconv("windows-1250", "CP1250")},
    Label{"cp1250", iconv("windows-1250", "CP1250")},
    Label{"msee", iconv("windows-1250", "CP1250")},
    Label{"windows1251", iconv("windows-1251", "CP1251")},
    Label{"cp1251", iconv("windows-1251", "CP1251")},
    Label{"mscyrl", iconv("windows-1251", "CP1251")},
    Label{"windows1253", iconv("windows-1253", "CP1253")},
    Label{"cp1253", iconv("windows-1253", "CP1253")},
    Label{"msgreek", iconv("windows-1253", "CP1253")},
    Label{"windows1254", windows1254},
    Label{"cp1254", windows1254},
    Label{"msturk", windows1254},
    Label{"windows1255", iconv("windows-1255", "CP1255")},
    Label{"cp1255", iconv("windows-1255", "CP1255")},
    Label{"mshebr", iconv("windows-1255", "CP1255")},
    Label{"windows1256", iconv("windows-1256", "CP1256")},
    Label{"cp1256", iconv("windows-1256", "CP1256")},
    Label{"msarab", iconv("windows-1256", "CP1256")},
    Label{"windows1257", iconv("windows-1257", "CP1257")},
    Label{"cp1257", iconv("windows-1257", "CP1257")},
    Label{"winbaltrim", iconv("windows-1257", "CP1257")},
    Label{"windows1258", iconv("windows-1258", "CP1258")},
    Label{"cp1258", iconv("windows-1258", "CP1258")},
    Label{"iso88592", iconv("iso-8859-2", "ISO-8859-2")},
    Label{"latin2", iconv("iso-8859-2", "ISO-8859-2")},
    Label{"iso88593", iconv("iso-8859-3", "ISO-8859-3")},
    Label{"latin3", iconv("iso-8859-3", "ISO-8859-3")},
    Label{"iso88594", iconv("iso-8859-4", "ISO-8859-4")},
    Label{"latin4", iconv("iso-8859-4", "ISO-8859-4")},
    Label{"iso88595", iconv("iso-8859-5", "ISO-8859-5")},
    Label{"iso88596", iconv("iso-8859-6", "ISO-8859-6")},
    Label{"iso88597", iconv("iso-8859-7", "ISO-8859-7")},
    Label{"iso88598", iconv("iso-8859-8", "ISO-8859-8")},
    Label{"iso88599", windows1254},
    Label{"latin5", windows1254},
    Label{"iso885910", iconv("iso-8859-10", "ISO-8859-10")},
    Label{"latin6", iconv("iso-8859-10", "ISO-8859-10")},
    Label{"iso885911", windows874},
    Label{"iso885913", iconv("iso-8859-13", "ISO-8859-13")},
    Label{"latin7", iconv("iso-8859-13", "ISO-8859-13")},
    Label{"iso885914", iconv("iso-8859-14", "ISO-8859-14")},
    Label{"latin8", iconv("iso-8859-14", "ISO-8859-14")},
    Label{"iso885915", iconv("iso-8859-15", "ISO-8859-15")},
    Label{"latin9", iconv("iso-8859-15", "ISO-8859-15")},
    Label{"iso885916", iconv("iso-8859-16", "ISO-8859-16")},
    Label{"latin10", iconv("iso-8859-16", "ISO-8859-16")},
    Label{"windows874", windows874},
    Label{"cp874", windows874},
    Label{"tis620", windows874},
    Label{"koi8r", iconv("koi8-r", "KOI8-R")},
    Label{"koi8u", iconv("koi8-u", "KOI8-U")},
    Label{"macintosh", iconv("macintosh", "MACINTOSH")},
    Label{"macroman", iconv("macintosh", "MACINTOSH")},
    Label{"xmaccyrillic", iconv("x-mac-cyrillic", "MAC-UK")},
    Label{"maccyrillic", iconv("x-mac-cyrillic", "MAC-UK")},
    Label{"cp437", iconv("cp437", "CP437")},
    Label{"ibm437", iconv("cp437", "CP437")},
    Label{"cp850", iconv("cp850", "CP850")},
    Label{"ibm850", iconv("cp850", "CP850")},
    Label{"cp852", iconv("cp852", "CP852")},
    Label{"ibm852", iconv("cp852", "CP852")},
    Label{"cp858", iconv("cp858", "CP858")},
    Label{"ibm858", iconv("cp858", "CP858")},
    Label{"cp737", iconv("cp737", "CP737")},
    Label{"ibm737", iconv("cp737", "CP737")},
    Label{"cp775", iconv("cp775", "CP775")},
    Label{"ibm775", iconv("cp775", "CP775")},
    Label{"cp855", iconv("cp855", "CP855")},
    Label{"ibm855", iconv("cp855", "CP855")},
    Label{"cp857", iconv("cp857", "CP857")},
    Label{"ibm857", iconv("cp857", "CP857")},
    Label{"cp860", iconv("cp860", "CP860")},
    Label{"ibm860", iconv("cp860", "CP860")},
    Label{"cp861", iconv("cp861", "CP861")},
    Label{"ibm861", iconv("cp861", "CP861")},
    Label{"cp862", iconv("cp862", "CP862")},
    Label{"ibm862", iconv("cp862", "CP862")},
    Label{"cp863", iconv("cp863", "CP863")},
    Label{"ibm863", iconv("cp863", "CP863")},
    Label{"cp865", iconv("cp865", "CP865")},
    Label{"ibm865", iconv("cp865", "CP865")},
    Label{"cp869", iconv("cp869", "CP869")},
    Label{"ibm869", iconv("cp869", "CP869")},
    Label{"cp866", iconv("ibm866", "CP866")},
    Label{"ibm866", iconv("ibm866", "CP866")},
    Label{"shiftjis", shift_jis},
    Label{"sjis", shift_jis},
    Label{"xsjis", shift_jis},
    Label{"windows31j", shift_jis},
    Label{"cp932", shift_jis},
    Label{"ms932", shift_jis},
    Label{"eucjp", euc_jp},
    Label{"xeucjp", euc_jp},
    Label{"iso2022jp", iconv("iso-2022-jp", "ISO-2022-JP")},
    Label{"gb18030", gb18030},
    Label{"gbk", gb18030},
    Label{"gb2312", gb18030},
    Label{"euccn", gb18030},
    Label{"cp936", gb18030},
    Label{"big5", big5},
    Label{"big5hkscs", big5},
    Label{"cp950", big5},
    Label{"euckr", euc_kr},
    Label{"ksc5601", euc_kr},
    Label{"uhc", euc_kr},
    Label{"windows949", euc_kr},
    Label{"cp949", euc_kr},
};

constexpr std::size_t label_bytes_max = 16;

bool is_label(std::string_view declared, std::string_view label) noexcept {
  for (const char c : declared) {
    if (c == '-' || c == '_') continue;
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    if (label.empty() || label.front() != lower) return false;
    label.remove_prefix(1);
  }
  return label.empty();
}

}  // namespace

std::optional<DeclaredEncoding> find_encoding(std::string_view declared) noexcept {
  if (declared.size() > 2 * label_bytes_max) return std::nullopt;
  const auto at =
      std::ranges::find_if(labels, [declared](const Label& l) { return is_label(declared, l.label); });
  return at == labels.end() ? std::nullopt : std::optional(at->declared);
}

std::string known_encodings() {
  return "utf-8, utf-16, utf-32 (le and be), windows-1250 to windows-1258, windows-874, iso-8859-1 to "
         "iso-8859-16, koi8-r, koi8-u, macintosh, x-mac-cyrillic, the DOS code pages cp437, cp737, cp775, "
         "cp850, cp852, cp855, cp857, cp858, cp860 to cp863, cp865, cp866 and cp869, shift_jis, euc-jp, "
         "iso-2022-jp, gb18030, gbk, big5 and euc-kr";
}

}  // namespace pulter::text
