-- What the scripts of slots share. A condition is what is known of an endpoint
-- that is not simply well; one that is has none. It is a text of numbers:
--
--   epoch     since when its webhook is in its state, in Unix milliseconds:
--             what was learnt before that counts no more
--   failures  failures in a row
--   open      until when the circuit is open, in Unix milliseconds, 0: closed
--   span      for how long it was opened last, in milliseconds
--   probe     event whose exchange decides about an open circuit, 0: none
--   cut       by how many the limit is lowered
--   good      successes since the limit was last changed
--   due       when the rate allows the next request after those so far, in Unix
--             milliseconds (the theoretical arrival time of GCRA)
local names = {'epoch', 'failures', 'open', 'span', 'probe', 'cut', 'good', 'due'}
local forgetAfter = 600000 -- milliseconds without news, after which the endpoint counts as well

local function clock(given)
  if given ~= '' then
    return tonumber(given)
  end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Where nothing is known of the epoch, the circuit is closed, or, to try the
-- endpoint with one event, open until a moment long ago.
local function readCondition(text, epoch, try)
  local c, i = {}, 0
  for value in string.gmatch(text or '', '%S+') do
    i = i + 1
    c[names[i]] = tonumber(value)
  end
  if i < #names or epoch > c.epoch then
    return {epoch = epoch, failures = 0, open = try and 1 or 0, span = 0, probe = 0, cut = 0, good = 0, due = c.due or 0}
  end
  return c
end

local function writeCondition(key, c, now)
  if c.failures == 0 and c.open == 0 and c.cut == 0 and c.due <= now then
    redis.call('DEL', key)
    return
  end
  redis.call('SET', key, string.format('%.0f %.0f %.0f %.0f %.0f %.0f %.0f %.3f',
    c.epoch, c.failures, c.open, c.span, c.probe, c.cut, c.good, c.due),
    'PX', string.format('%.0f', forgetAfter + math.max(c.due, c.open, now) - now))
end

local function limitOf(limit, c)
  return math.min(limit, math.max(1, limit - c.cut))
end

-- How long an open circuit lets nothing through: nil where it is closed, 0 where
-- it lets one through, which decides.
local function shutFor(c, slots, now, probeWait)
  if c.open == 0 then
    return nil
  end
  if now < c.open then
    return c.open - now
  end
  local lease = c.probe > 0 and redis.call('ZSCORE', slots, string.format('%.0f', c.probe))
  return lease and tonumber(lease) > now and probeWait or 0
end

-- Since when the rate allows a request, the time between two, and how many may
-- come at once: a tenth of a second's worth.
local function allowedFrom(c, rate)
  local interval, burst = 1000 / rate, math.max(1, math.floor(rate / 10))
  return c.due - (burst - 1) * interval, interval, burst
end

