"""Messages of the first release, kept as they were written. Never edit one; add new ones."""

MESSAGES = {
    "grant with a sealed card": (
        '{"specversion":"1.0","id":"0a1b2c","source":"/riverside/north-reader",'
        '"type":"access.granted","time":"2026-03-01T00:00:05.250Z","subject":"p1:ab12:00ff00ff",'
        '"data":{"device":"north-reader","place":"north-door",'
        '"received_at":"2026-03-01T00:00:05.400Z","channel":"1","direction":"in",'
        '"device_time":"2026-03-01T08:00:05+08:00","time_from":"device","sequence":118,'
        '"adapter":"hikvision_isapi","gateway":"g1","native":"5/1",'
        '"sealed":{"subject":"v1.ab12.AAAA.BBBB"},"method":"card"}}'
    ),
    "plate with its near forms": (
        '{"specversion":"1.0","id":"3d4e5f","source":"/riverside/east-in",'
        '"type":"plate.read","time":"2026-03-01T00:01:00.000Z","subject":"p1:ab12:77aa",'
        '"data":{"device":"east-in","place":"east-lane-in",'
        '"received_at":"2026-03-01T00:01:00.300Z","direction":"in","time_from":"device",'
        '"confidence":0.97,"plate":{"ref":"p1:ab12:77aa","skeleton":"p1:ab12:88bb",'
        '"masked":["p1:ab12:01","p1:ab12:02"]},"plate_colour":"blue"}}'
    ),
    "tick after a lost session": (
        '{"specversion":"1.0","id":"777","source":"/riverside/g1","type":"clock.ticked",'
        '"time":"2026-03-01T00:02:00.001Z","data":{"device":"g1","place":"riverside",'
        '"received_at":"2026-03-01T00:03:00.000Z","gateway":"g1",'
        '"since":"2026-03-01T00:03:00.000Z","gap_until":"2026-03-01T00:03:00.000Z"}}'
    ),
    "configuration": (
        '{"specversion":"1.0","id":"888","source":"/riverside/g1","type":"config.activated",'
        '"time":"2026-03-01T00:00:00.000Z","data":{"device":"g1","place":"riverside",'
        '"received_at":"2026-03-01T00:00:00.000Z","hash":"abcd",'
        '"config":{"estate":"riverside","name":{"zh":"滨河苑","en":"Riverside"}}}}'
    ),
    "watch entry": (
        '{"specversion":"1.0","id":"999","source":"/riverside/console","type":"watch.changed",'
        '"time":"2026-03-01T00:00:00.000Z","subject":"p1:ab12:77aa","data":{"device":"console",'
        '"place":"riverside","received_at":"2026-03-01T00:00:00.000Z","entry":"w1",'
        '"case_number":"A-2026-17","owner":"chen","approver":"lin","roles":["watch_desk"],'
        '"valid_to":"2026-03-20T00:00:00.000Z"}}'
    ),
    "alert": (
        '{"id":"a1","revision":2,"rule":"door_held","rule_version":"1","estate":"riverside",'
        '"key":"north-door","severity":"blue","handler":"property","delivery":"list",'
        '"place":"north-door","place_name":{"zh":"北门","en":"North Door"},'
        '"opened_at":"2026-03-01T00:00:35.000Z","updated_at":"2026-03-01T00:01:30.000Z",'
        '"cleared_at":"2026-03-01T00:01:30.000Z","evidence":[{"step":"opened","id":"0a1b2c",'
        '"type":"door.opened","time":"2026-03-01T00:00:02.000Z","place":"north-door",'
        '"device":"north-reader"}],"reason":{"zh":"蓝·门未关｜北门 08:00｜已关。",'
        '"en":"Blue, door held open: North Door, 08:00. Closed."}}'
    ),
}
