export const java = (path: string): string => `import com.sun.net.httpserver.*;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Receiver {
  // In your database: the same id twice is one batch.
  static final Set<String> seen = ConcurrentHashMap.newKeySet();
  static byte[] key;

  static boolean verified(Headers headers, byte[] body) throws Exception {
    String id = headers.getFirst("webhook-id"), stamp = headers.getFirst("webhook-timestamp");
    String given = headers.getFirst("webhook-signature");
    if (id == null || stamp == null || given == null || !stamp.matches("\\\\d{1,12}")) return false;
    if (Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(stamp)) > 300) return false;
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    mac.update((id + "." + stamp + ".").getBytes(StandardCharsets.UTF_8));
    String wanted = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    for (String each : given.split(" ")) {
      if (MessageDigest.isEqual(each.getBytes(), wanted.getBytes())) return true;
    }
    return false;
  }

  static void receive(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    boolean ok;
    try {
      ok = verified(exchange.getRequestHeaders(), body);
    } catch (Exception error) {
      ok = false;
    }
    if (ok && seen.add(exchange.getRequestHeaders().getFirst("webhook-id"))) {
      System.out.println(body.length + " bytes: read them with your JSON library");
    }
    byte[] answer = ok ? "{\\"errors\\":[]}".getBytes() : new byte[0];
    exchange.sendResponseHeaders(ok ? 200 : 401, answer.length == 0 ? -1 : answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  public static void main(String[] arguments) throws IOException {
    String secret = System.getenv("PULTER_SECRET");
    key = secret.startsWith("whsec_")
        ? Base64.getDecoder().decode(secret.substring(6)) : secret.getBytes();
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "9000"));
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext("${path}", Receiver::receive);
    server.start();
  }
}
`;
