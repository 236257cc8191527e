-- Takes slots of webhooks, never more at a time than the limit, never more in a
-- time than the rate, and none while the circuit is open, save one to probe. An
-- event that holds a slot keeps it, with the new end of its lease.
--
-- KEYS     a set of slots for each webhook, then a condition for each
-- ARGV[1]  now, in Unix milliseconds, or empty for the clock of the server:
--          leases that ended by then count no more
-- ARGV[2]  duration of the leases, in milliseconds
-- ARGV[3]  when to ask again while a probe is under way, in milliseconds
-- ARGV     then for each webhook: the limit, the rate a second (0: unlimited), the
--          epoch, 1 where one event is to try it before all others, else 0, the
--          number of events, and the events
-- Returns for each event, in their order: 1 granted; 2 granted, and the end must
-- be told (settle.lua) even if all went well; 0 no slot is free; less than 0: the
-- rate allows it in so many milliseconds; more than 2: the circuit is open for so
-- many milliseconds and 2.
local now, webhooks = clock(ARGV[1]), #KEYS / 2
local leaseEnd, probeWait = string.format('%.0f', now + tonumber(ARGV[2])), tonumber(ARGV[3])
local conditions = redis.call('MGET', unpack(KEYS, webhooks + 1))
local answers, at = {}, 4
for w = 1, webhooks do
  local key, limit, rate, events = KEYS[w], tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 4])
  local try = ARGV[at + 3] == '1'
  local c, shut, granted, changed
  if conditions[w] or rate > 0 or try then
    c = readCondition(conditions[w], tonumber(ARGV[at + 2]), try)
    limit, shut = limitOf(limit, c), shutFor(c, key, now, probeWait)
  end
  granted = c and c.failures + c.open + c.cut > 0 and 2 or 1
  local held = redis.call('ZCARD', key)
  -- Only where slots are scarce is it worth looking at the leases.
  local scarce = held + events > limit
  if scarce then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now))
    held = redis.call('ZCARD', key)
  end
  local taken = {}
  for i = at + 5, at + 4 + events do
    local holds, answer = scarce and redis.call('ZSCORE', key, ARGV[i]), granted
    if holds then
      held = held - 1
    elseif shut and shut > 0 then
      answer = 2 + math.ceil(shut)
    elseif held >= limit then
      answer = 0
    elseif rate > 0 then
      local from, interval = allowedFrom(c, rate)
      if from > now then
        answer = -math.ceil(from - now)
      else
        c.due, changed = math.max(c.due, now) + interval, true
      end
    end
    if answer == 1 or answer == 2 then
      taken[#taken + 1] = leaseEnd
      taken[#taken + 1] = ARGV[i]
      held = held + 1
      if shut == 0 and not holds then
        c.probe, shut, changed = tonumber(ARGV[i]), probeWait, true
      end
    end
    answers[#answers + 1] = answer
  end
  if #taken > 0 then
    redis.call('ZADD', key, unpack(taken))
  end
  if changed then
    writeCondition(KEYS[webhooks + w], c, now)
  end
  at = at + 5 + events
end
return answers
