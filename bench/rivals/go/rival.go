// A day's work in Go, standard library only: encoding/csv, hand-appended JSON, crypto/hmac, net/http. Keeps nothing,
// retries nothing; see ../README.md for how it is called.
package main

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const importID = "imp_01ARZ3NDEKTSV4RRFFQ69G5FAV"

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "rival_go:", err)
		os.Exit(1)
	}
}

func reader(text []byte) *csv.Reader {
	out := csv.NewReader(bytes.NewReader(text))
	out.ReuseRecord = true
	out.FieldsPerRecord = -1
	return out
}

func appendString(out []byte, text string) []byte {
	out = append(out, '"')
	begin := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		out = append(out, text[begin:i]...)
		begin = i + 1
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		case '\r':
			out = append(out, '\\', 'r')
		case '\t':
			out = append(out, '\\', 't')
		default:
			out = append(out, fmt.Sprintf("\\u%04x", c)...)
		}
	}
	out = append(out, text[begin:]...)
	return append(out, '"')
}

func appendUUID(out []byte, random *rand.Rand) []byte {
	var id [16]byte
	random.Read(id[:])
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[0:8], id[0:4])
	hex.Encode(text[9:13], id[4:6])
	hex.Encode(text[14:18], id[6:8])
	hex.Encode(text[19:23], id[8:10])
	hex.Encode(text[24:36], id[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return append(out, text[:]...)
}

func send(client *http.Client, url string, secret []byte, id string, body []byte) {
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	request, err := http.NewRequest("POST", url, bytes.NewReader(body))
	die(err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", timestamp)
	request.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	answer, err := client.Do(request)
	die(err)
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	if answer.StatusCode != 200 {
		die(fmt.Errorf("answered %d", answer.StatusCode))
	}
}

func deliver(client *http.Client, text []byte, url string, batchSize int, secret []byte) {
	total := -1
	for counting := reader(text); ; total++ {
		if _, err := counting.Read(); err == io.EOF {
			break
		} else {
			die(err)
		}
	}
	count := (total + batchSize - 1) / batchSize
	rows := reader(text)
	header, err := rows.Read()
	die(err)
	keys := make([][]byte, len(header))
	for i, name := range header {
		keys[i] = append(appendString(nil, name), ':')
	}
	random := rand.New(rand.NewSource(1))
	var body []byte
	for index := 1; index <= count; index++ {
		body = append(body[:0], fmt.Sprintf(`{"id":"%s","templateId":"default","index":%d,"count":%d,"totalRows":%d,`+
			`"event_name":"all","data":[`, importID, index, count, total)...)
		for row := 0; row < batchSize; row++ {
			cells, err := rows.Read()
			if err == io.EOF {
				break
			}
			die(err)
			if row > 0 {
				body = append(body, ',')
			}
			body = append(body, '{')
			for i, key := range keys {
				body = append(body, key...)
				cell := ""
				if i < len(cells) {
					cell = cells[i]
				}
				body = append(appendString(body, cell), ',')
			}
			body = append(appendUUID(append(body, `"__index":"`...), random), '"', '}')
		}
		body = append(body, `],"user":{"id":"u1"},"metadata":{}}`...)
		send(client, url, secret, "evt_"+strconv.Itoa(index), body)
	}
}

func main() {
	if len(os.Args) != 6 {
		die(fmt.Errorf("usage: rival_go firehose|fanout FILE URL|LIST BATCH_SIZE SECRET"))
	}
	text, err := os.ReadFile(os.Args[2])
	die(err)
	batchSize, err := strconv.Atoi(os.Args[4])
	die(err)
	secret := []byte(os.Args[5])
	client := &http.Client{Transport: &http.Transport{MaxIdleConns: 10000}}
	if os.Args[1] == "firehose" {
		deliver(client, text, os.Args[3], batchSize, secret)
		return
	}
	list, err := os.ReadFile(os.Args[3])
	die(err)
	urls := strings.Fields(string(list))
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	var all sync.WaitGroup
	for _, url := range urls {
		all.Add(1)
		go func(url string) {
			defer all.Done()
			deliver(client, text, url, batchSize, secret)
		}(url)
	}
	all.Wait()
}
