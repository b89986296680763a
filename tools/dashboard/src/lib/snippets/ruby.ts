export const ruby = (path: string): string => `require "json"
require "openssl"
require "webrick" # gem install webrick

secret = ENV.fetch("PULTER_SECRET")
KEY = secret.start_with?("whsec_") ? secret[6..].unpack1("m") : secret
SEEN = {} # in your database: the same id twice is one batch

def verified?(request)
  id, stamp = request["webhook-id"], request["webhook-timestamp"].to_s
  return false unless stamp.match?(/\\A\\d+\\z/) && (Time.now.to_i - stamp.to_i).abs < 300
  mine = OpenSSL::HMAC.digest("SHA256", KEY, "#{id}.#{stamp}.#{request.body}")
  wanted = "v1," + [mine].pack("m0")
  request["webhook-signature"].to_s.split(" ").any? do |each|
    OpenSSL.secure_compare(each, wanted)
  end
end

class Receiver < WEBrick::HTTPServlet::AbstractServlet
  def do_POST(request, response)
    return response.status = 401 unless verified?(request)
    unless SEEN[request["webhook-id"]]
      batch = JSON.parse(request.body)
      puts "#{batch["index"]} of #{batch["count"]} #{batch["data"].size} rows"
      SEEN[request["webhook-id"]] = true
    end
    response["Content-Type"] = "application/json"
    response.body = '{"errors":[]}'
  end
end

server = WEBrick::HTTPServer.new(Port: Integer(ENV.fetch("PORT", "9000")))
server.mount("${path}", Receiver)
trap("INT") { server.shutdown }
server.start
`;
