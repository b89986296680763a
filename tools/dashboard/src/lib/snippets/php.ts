export const php = (path: string): string => `<?php // php -S 127.0.0.1:9000 receiver.php
$secret = getenv("PULTER_SECRET");
$key = str_starts_with($secret, "whsec_") ? base64_decode(substr($secret, 6)) : $secret;

function verified(string $key, string $body): bool {
    $id = $_SERVER["HTTP_WEBHOOK_ID"] ?? "";
    $time = $_SERVER["HTTP_WEBHOOK_TIMESTAMP"] ?? "";
    if (!ctype_digit($time) || abs(time() - (int) $time) > 300) return false;
    $mine = hash_hmac("sha256", $id . "." . $time . "." . $body, $key, true);
    $wanted = "v1," . base64_encode($mine);
    foreach (explode(" ", $_SERVER["HTTP_WEBHOOK_SIGNATURE"] ?? "") as $each) {
        if (hash_equals($wanted, $each)) return true;
    }
    return false;
}

$body = file_get_contents("php://input");
if (explode("?", $_SERVER["REQUEST_URI"])[0] !== "${path}" || !verified($key, $body)) {
    http_response_code(401);
    exit;
}
// In your database: the same webhook-id twice is one batch.
$batch = json_decode($body, true, 512, JSON_THROW_ON_ERROR);
error_log($batch["index"] . " of " . $batch["count"] . " " . count($batch["data"]) . " rows");
header("Content-Type: application/json");
echo '{"errors":[]}';
`;
