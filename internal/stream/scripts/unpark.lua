-- Moves parked events to the end of the stream, first attempts before others:
-- these get a quarter of what moves while both wait.
--
-- KEYS[1]  stream of deliveries
-- KEYS[2]  sorted set of webhooks with parked events, by when to look at them
-- KEYS     then for each webhook two lists: events without an attempt, others
-- ARGV     for each webhook: itself, the most events to move, and when to look
--          again, in Unix milliseconds
-- Returns for each webhook how many events moved, and how many wait still.
local answers = {}
local function move(list, n)
  local moved = 0
  while moved < n do
    local event = redis.call('LPOP', list)
    if not event then
      break
    end
    redis.call('XADD', KEYS[1], '*', 'e', event)
    moved = moved + 1
  end
  return moved
end
for w = 1, #ARGV / 3 do
  local fresh, again = KEYS[1 + 2 * w], KEYS[2 + 2 * w]
  local webhook, n = ARGV[3 * w - 2], tonumber(ARGV[3 * w - 1])
  local moved = move(again, math.floor(n / 4))
  moved = moved + move(fresh, n - moved)
  moved = moved + move(again, n - moved)
  local left = redis.call('LLEN', fresh) + redis.call('LLEN', again)
  if left == 0 then
    redis.call('ZREM', KEYS[2], webhook)
  else
    redis.call('ZADD', KEYS[2], ARGV[3 * w], webhook)
  end
  answers[#answers + 1] = moved
  answers[#answers + 1] = left
end
return answers
