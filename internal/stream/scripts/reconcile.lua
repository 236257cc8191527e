-- Makes the set of queued events equal to what the stream, the delayed set and
-- the lists of parked events hold, and each event to be held once. It is cheap where the counts agree, as
-- they do unless a key was lost or changed by hand; else it reads everything.
--
-- KEYS[1]  stream of deliveries
-- KEYS[2]  set of queued events
-- KEYS[3]  delayed set
-- KEYS[4]  sorted set of webhooks with parked events; their lists have the name
--          that ARGV[3] begins, and share the slot of the other keys
-- ARGV[1]  consumer group
-- ARGV[2]  how many members to read in a step
-- ARGV[3]  what the names of the lists begin with; the webhook follows, and for
--          events with an attempt ARGV[4]
-- Returns the number of events whose membership was wrong, plus the number of
-- duplicates that were removed.
local queued, waiting, lists = redis.call('SCARD', KEYS[2]), 0, {}
for _, webhook in ipairs(redis.call('ZRANGE', KEYS[4], 0, -1)) do
  for _, kind in ipairs({'', ARGV[4]}) do
    lists[#lists + 1] = ARGV[3] .. webhook .. kind
    waiting = waiting + redis.call('LLEN', lists[#lists])
  end
end
if queued == redis.call('XLEN', KEYS[1]) + redis.call('ZCARD', KEYS[3]) + waiting then
  return 0
end
local held, count, repaired, step = {}, 0, 0, tonumber(ARGV[2])

local function hold(event)
  if held[event] then
    repaired = repaired + 1
    return false
  end
  held[event] = true
  count = count + 1
  return true
end

local from = '-'
while true do
  local entries = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', step)
  for _, entry in ipairs(entries) do
    if entry[2][1] == 'e' and not hold(entry[2][2]) then
      redis.call('XACK', KEYS[1], ARGV[1], entry[1])
      redis.call('XDEL', KEYS[1], entry[1])
    end
  end
  if #entries < step then
    break
  end
  from = '(' .. entries[#entries][1]
end

local at = 0
while true do
  local events = redis.call('ZRANGE', KEYS[3], at, at + step - 1)
  local removed = 0
  for _, event in ipairs(events) do
    if not hold(event) then
      redis.call('ZREM', KEYS[3], event)
      removed = removed + 1
    end
  end
  if #events < step then
    break
  end
  at = at + step - removed
end

for _, list in ipairs(lists) do
  local events = redis.call('LRANGE', list, 0, -1)
  redis.call('DEL', list)
  for _, event in ipairs(events) do
    if hold(event) then
      redis.call('RPUSH', list, event)
    end
  end
end

local kept = 0
for _, event in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  if held[event] then
    kept = kept + 1
    held[event] = nil
  else
    redis.call('SREM', KEYS[2], event)
  end
end
for event in pairs(held) do
  redis.call('SADD', KEYS[2], event)
end
return repaired + (queued - kept) + (count - kept)
